// The page's service worker. Each of its duties is a script of its own.

// Answers downloads below `save/`.
importScripts("download-worker.js?{{version download-worker.js}}");
// Takes what other programs share with the installed page, below `share/`.
importScripts("share-worker.js?{{version share-worker.js}}");
