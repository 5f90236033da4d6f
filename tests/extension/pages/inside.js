const outer = document.getElementById("host").attachShadow({ mode: "open" });
outer.innerHTML = `<img src="${new URL("image-of-shadow.svg", location)}"><div></div>`;
outer.querySelector("div").attachShadow({ mode: "open" }).innerHTML = `<img src="${new URL("image-of-inner-shadow.svg", location)}">`;
