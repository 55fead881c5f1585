/** A stylesheet that a script imports is its text, minified by the build (`src/local/css-text.ts`). */
declare module "*.css" {
  const text: string;
  export default text;
}
