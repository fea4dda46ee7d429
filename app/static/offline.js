// Shows the safety page and what it is drawn with from what this browser kept, when there is no network.
"use strict";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET" || !(path.endsWith("/safe") || path.startsWith("/static/"))) return;
  event.respondWith(fetch(event.request).catch(async (failure) => {
    const kept = await caches.match(event.request, { ignoreSearch: true, ignoreVary: true });
    if (kept) return kept;
    throw failure;
  }));
});
