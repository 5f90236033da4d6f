// The service worker of the thread that fetches. The browser asks a service worker for every request of the pages
// and threads in its folder, which takes time that thousands of images add up: so that thread is in a folder of its
// own, whose service worker listens to nothing.
