import { run } from "./run.js";

onmessage = async ({ data: { body, args } }) => postMessage(await run(body, args));
