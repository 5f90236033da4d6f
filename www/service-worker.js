// The page's service worker. Each of its duties is a script of its own.

// Answers downloads below `save/`.
importScripts("download-worker.js?{{version download-worker.js}}");
