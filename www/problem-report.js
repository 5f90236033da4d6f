// "Copy a report": what helps to find a fault, in a text without addresses and names. It is shown before it is copied.

// Values that are words or numbers of the page itself; of what the user has written, only that there is something.
const OWN = ["checkbox", "number", "radio", "select-one"];

/** The most characters of one error. */
const LONGEST = 600;

/** Shows the report in its dialog. */
export function showReport() {
  const dialog = document.getElementById("problem-report");
  const [text, status] = [dialog.querySelector("pre"), dialog.querySelector("[role=status]")];
  text.textContent = report();
  status.textContent = "";
  const [close, copy] = dialog.querySelectorAll("button");
  // After a crash, every other button is out of use.
  close.disabled = copy.disabled = false;
  close.onclick = () => dialog.close();
  copy.onclick = () => {
    getSelection().selectAllChildren(text);
    // Unlike the clipboard of `navigator`, this needs no secure context and no permission.
    status.textContent = document.execCommand("copy") ? "The report was copied." : "The browser does not let the page copy. Copy what is selected.";
  };
  dialog.showModal();
}

function report() {
  const line = (name, value) => (value ? [`${name}: ${value}`] : []);
  const text = (id) => document.getElementById(id)?.textContent.trim();
  const { dataset } = document.documentElement;
  const parts = [...document.querySelectorAll("#list-tools [role=group] button")].map((part) => part.textContent.trim());
  const failures = [...document.querySelectorAll("#failure-list [data-count]")].map(({ dataset: { count } }) => `  ${count}`);
  const crash = document.getElementById("crash-details").textContent;
  return [
    `fetchzip ${text("version") || "(not started)"}`,
    `browser: ${navigator.userAgent}`,
    `served: ${[location.protocol, isSecureContext ? "secure" : "not secure", navigator.serviceWorker?.controller ? "service worker" : ""].filter(Boolean).join(", ")}`,
    `window: ${innerWidth} × ${innerHeight}, ${matchMedia("(pointer: coarse)").matches ? "touch" : "pointer"}`,
    `list: ${document.getElementById("list").value.length} characters`,
    ...line("settings", settings().join(", ")),
    `run: ${dataset.run}${"crashed" in dataset ? ", crashed" : ""}`,
    ...line("images", parts.join(", ")),
    ...line("wall time", text("wall")),
    ...line("protocol", text("protocol")),
    ...line("kept", text("storage")),
    ...(failures.length ? ["failures:", ...failures] : []),
    ...(crash ? ["error:", ...anonymous(crash).split("\n").map((part) => `  ${part}`)] : []),
  ].join("\n");
}

/** What is set in the form, but for what is as it is at first. */
function settings() {
  const set = [];
  for (const control of document.getElementById("form").elements) {
    const { id, type, value } = control;
    const isSet = control.matches(":checked") || (!["checkbox", "radio"].includes(type) && "value" in control && value !== "");
    if (!id || !isSet || ["button", "file", "submit"].includes(type) || id === "list" || control.readOnly) continue;
    if (type === "checkbox") set.push(id);
    else if (type === "radio") set.push(`${control.name} ${value}`);
    else set.push(`${id} ${OWN.includes(type) ? value : "is set"}`);
  }
  return set;
}

/** A text without addresses, without names of hosts and files but the page's own, and without what is quoted. */
function anonymous(text) {
  return String(text)
    .replaceAll(new URL(".", location.href).href, "")
    .replace(/\b[a-z][a-z\d+.-]*:\/\/\S+/gi, "(address)")
    .replace(/\b(?:blob|data):\S+/gi, "(address)")
    .replace(/"[^"\n]*"|“[^”\n]*”/g, "(text)")
    .replace(/[\p{L}\d_-]+(?:\.[\p{L}\d_-]+)+/gu, (name) => (/\.(js|wasm)$/.test(name) ? name : "(name)"))
    .slice(0, LONGEST);
}
