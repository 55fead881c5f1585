/**
 * The design's vocabulary as CSS custom properties: colours (light and dark), type, radii, spacing, motion. Shared by the
 * widget (on `:host`) and the board page (on `:root`); neither names a raw colour anywhere else.
 * Whoever sets `color-scheme` on the same element chooses the theme: `light dark` follows the system.
 */
import { CORE } from "./core-tokens.ts";

/** All of it. */
export const TOKENS = `${CORE}--gs-accent-text:light-dark(#0f6b64,#5ed4c5);
--gs-on-accent:light-dark(#fff,#04211d);
--gs-raised:light-dark(#fff,#1b2321);
--gs-sunken:light-dark(#f3f5f4,#101615);
--gs-muted:light-dark(#586662,#9daba7);
--gs-line:light-dark(#e4e9e7,#29332f);
--gs-line-strong:light-dark(#c8d1ce,#3d4946);
--gs-danger:light-dark(#b3261e,#ff9b91);
--gs-amber:light-dark(#86500a,#f2c078);
--gs-blue:light-dark(#1f4f93,#9cc3fb);
--gs-violet:light-dark(#5a3aa3,#c5b2fb);
--gs-green:light-dark(#1b6838,#86d9a4);
--gs-canvas:light-dark(#f7f8f7,#0e1312);
--gs-accent-hover:light-dark(#0b5f59,#4bcabb);
--gs-accent-soft:light-dark(#e7f3f1,#15302c);
--gs-accent-line:light-dark(#a5d0ca,#2a5f58);
--gs-danger-soft:light-dark(#fdefed,#38201d);
--gs-amber-soft:light-dark(#fcf3e2,#33270f);
--gs-blue-soft:light-dark(#e9f0fb,#1a2940);
--gs-violet-soft:light-dark(#f1ecfb,#2a2142);
--gs-green-soft:light-dark(#e7f5ec,#15301f);
--gs-size-xs:12px;
--gs-size-sm:13px;
--gs-size-md:15px;
--gs-size-lg:18px;
--gs-size-xl:24px;
--gs-radius-sm:6px;
--gs-radius:8px;
--gs-radius-lg:14px;
--gs-1:4px;
--gs-2:8px;
--gs-3:12px;
--gs-4:16px;
--gs-5:20px;
--gs-6:24px;
--gs-8:32px;
--gs-ease:cubic-bezier(.2,.7,.2,1);
--gs-shadow:0 1px 2px light-dark(#14201d14,#0006),0 12px 32px -8px light-dark(#14201d2e,#000a);
`;
