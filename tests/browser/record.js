// Records what goes wrong on a page, for the tests to read.

window.recorded = [];

document.addEventListener("securitypolicyviolation", (event) => {
  const { effectiveDirective, blockedURI, sourceFile, lineNumber } = event;
  recorded.push(`CSP ${effectiveDirective} refused ${blockedURI} in ${sourceFile}:${lineNumber}`);
});
addEventListener("error", (event) => recorded.push(`error ${event.message ?? event.target?.outerHTML}`), true);
addEventListener("unhandledrejection", (event) => recorded.push(`rejection ${event.reason}`));
