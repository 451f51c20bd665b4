"use strict";

(() => {
  const place = document.getElementById("swagger-ui");
  const documents = JSON.parse(place.dataset.documents);
  const wanted = new URLSearchParams(location.search).get("document");
  const shown = documents.find((document) => document.name === wanted) || documents[0];
  const choice = document.getElementById("document");
  if (choice !== null) {
    choice.value = shown.name;
    choice.addEventListener("change", () => {
      location.assign(`${location.pathname}?document=${encodeURIComponent(choice.value)}`);
    });
  }
  SwaggerUIBundle({
    url: shown.url,
    domNode: place,
    // The other layout has a bar with a style in the page, which the policy forbids.
    layout: "BaseLayout",
    presets: [SwaggerUIBundle.presets.apis],
    deepLinking: true,
    // Otherwise the document's address goes to a service of its makers.
    validatorUrl: null,
    oauth2RedirectUrl: new URL(place.dataset.redirect, location.href).href,
  });
})();
