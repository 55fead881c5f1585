/**
 * The second of the widget's scripts, loaded when somebody begins to write: the form for a new idea, the ideas that may already say the same, and the challenge where there is one. It stands in the
 * board's shadow root; all it knows of the board is `widget/form-port.ts`.
 */
import { openComposer } from "./widget/composer.ts";
import type { OpenForm } from "./widget/form-port.ts";

export const openForm: OpenForm = openComposer;
