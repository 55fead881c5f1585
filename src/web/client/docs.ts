/** Draws the API reference: loads swagger-ui, which is large, and gives it our OpenAPI document. */
type Viewer = (options: {
  url: string;
  dom_id: string;
  deepLinking: boolean;
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
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    docExpansion: "list",
    tryItOutEnabled: false,
    validatorUrl: null,
  });
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
