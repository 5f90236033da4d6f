// Static files, as for any host. The packages are links to another folder.
export default { output: "export", turbopack: { root: "/" } };
