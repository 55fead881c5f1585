/** Draws the API reference: loads swagger-ui, which is large, and gives it our OpenAPI document. */
type Viewer = (options: {
  url: string;
  dom_id: string;
  deepLinking: boolean;
  syntaxHighlight: { theme: string };
  onComplete: () => void;
  defaultModelsExpandDepth: number;
  docExpansion: "list" | "none" | "full";
  tryItOutEnabled: boolean;
  validatorUrl: null;
}) => unknown;

/** The bundle sets a global. */
type ViewerWindow = Window & { readonly SwaggerUIBundle?: Viewer };

function draw(url: string): void {
  (window as ViewerWindow).SwaggerUIBundle?.({
    url,
    dom_id: "#viewer",
    // Its links would stand inside buttons, which screen readers cannot reach.
    deepLinking: false,
    // The default's numbers are too dark on its background.
    syntaxHighlight: { theme: "monokai" },
    onComplete: nameSelects,
    defaultModelsExpandDepth: 0,
    docExpansion: "list",
    tryItOutEnabled: false,
    validatorUrl: null,
  });
}

/** The viewer gives its choice of server a label that belongs to nothing. */
function nameSelects(): void {
  document.querySelector("#servers")?.setAttribute("aria-label", "Server");
}

const { openapi, viewer } = document.body.dataset;
if (openapi !== undefined && viewer !== undefined) {
  const script = document.createElement("script");
  script.src = viewer;
  script.addEventListener("load", () => {
    draw(openapi);
  });
  document.head.append(script);
}
