/** Imported before uPlot, which formats numbers for `navigator.language` as it loads: under the POSIX locale Chromium says `en-US@posix`, which is no language tag, and the script would end there. */
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { configurable: true, value: "en-US" });
}
