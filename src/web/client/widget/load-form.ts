/** Fetches the script of the form for new ideas: once, and again when it could not be had. */
import type { FormSide, OpenForm } from "./form-port.ts";

/** The name with the content's hash, which the build puts in. */
declare const FORM_FILE: string;

/**
 * `scripts`: the origin that the widget itself came from, and never another that an element's attribute names. `open` makes the
 * form of what was loaded.
 */
export function lazyForm(scripts: string, open: (openForm: OpenForm) => FormSide) {
  let loading: Promise<FormSide | undefined> | undefined;
  let isNear = false;

  /** Undefined when it cannot be had. */
  function get(): Promise<FormSide | undefined> {
    return (loading ??= load(scripts)
      .then(open)
      .catch(() => (loading = undefined)));
  }

  return {
    get,
    /** Whoever comes to the board may want to write, and should not wait for it then. */
    approach: (): void => {
      if (!isNear) void get();
      isNear = true;
    },
  };
}

/** After a deploy the old name is gone; and browsers may remember that a script could not be loaded, so the second try has a name of its own. */
async function load(scripts: string): Promise<OpenForm> {
  const fetched = (file: string): Promise<{ openForm: OpenForm }> => import(`${scripts}/${file}`);
  const { openForm } = await fetched(FORM_FILE).catch(() => fetched(`widget-form.js?${Date.now()}`));
  return openForm;
}
