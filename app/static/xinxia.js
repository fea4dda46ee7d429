// What makes the pages livelier than they are without script. Nothing here is needed to finish anything.
"use strict";

(() => {
  const body = document.body;
  const words = JSON.parse(body.dataset.words || "{}");
  const token = document.querySelector('meta[name="csrf-token"]')?.content || "";
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const say = (key, value) => (words[key] || "{}").replace("{}", value);
  const post = (url, payload, more = {}) => fetch(url, {
    method: "POST", body: payload, credentials: "same-origin", redirect: "manual",
    headers: { "X-CSRFToken": token, "Accept": "application/json" }, ...more,
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
  });
  // Who was signed out meanwhile is led to the sign-in page: that is no part of this one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { pathInfo, xhr } = event.detail;
    if (new URL(xhr.responseURL || location.href).pathname !== new URL(pathInfo.requestPath, location.href).pathname) event.detail.shouldSwap = false;
  });

  // Leaving: the session is ended first, and nothing of this page stays behind the Back button.
  const leaveTo = body.dataset.leaveTo;
  const leave = () => {
    body.replaceChildren();
    document.title = " ";
    const form = new FormData();
    form.set("csrf_token", token);
    if (body.dataset.exitUrl) navigator.sendBeacon(body.dataset.exitUrl, form);
    location.replace(leaveTo);
  };
  if (leaveTo) {
    all("[data-exit]").forEach((way) => way.addEventListener(way.tagName === "FORM" ? "submit" : "click", (event) => {
      event.preventDefault();
      leave();
    }));
    let shifts = [];
    document.addEventListener("keyup", (event) => {
      if (event.key !== "Shift") { shifts = []; return; }
      shifts = [...shifts, Date.now()].filter((at) => Date.now() - at < 3000);
      if (shifts.length >= 3) leave();
    });
  }

  // The cover: somebody walks in.
  const cover = one("[data-cover-screen]");
  const title = document.title;
  const setCover = (on) => {
    if (!cover) return;
    all("dialog[open]").forEach((open) => open.close());
    cover.hidden = !on;
    body.classList.toggle("x-covered", on);
    document.title = on ? words.covered : title;
    if (on) one("[data-uncover]").focus();
  };
  const coverButton = one("[data-cover]");
  if (coverButton && cover) {
    coverButton.hidden = false;
    coverButton.addEventListener("click", () => setCover(true));
    one("[data-uncover]").addEventListener("click", () => { setCover(false); coverButton.focus(); });
  }

  // Keys: off until the person switches them on; remembered in a cookie of this computer that holds four characters.
  const usual = { on: false, search: "/", go: "g", cover: "`" };
  const readKeys = () => {
    try {
      const kept = document.cookie.split("; ").find((part) => part.startsWith("keys="));
      return kept ? { ...usual, ...JSON.parse(decodeURIComponent(kept.slice(5))) } : usual;
    } catch { return usual; }
  };
  let keys = readKeys();
  let going = 0;
  let escaped = 0;
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  document.addEventListener("keydown", (event) => {
    if (!keys.on || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === keys.cover && cover && (cover.hidden ? !typing(event.target) : true)) {
      event.preventDefault();
      setCover(cover.hidden);
    } else if (event.key === "Escape" && cover && !one("dialog[open]")) {
      // Who is writing cannot use a letter: Esc twice.
      if (Date.now() - escaped < 700) setCover(true);
      escaped = Date.now();
    } else if (typing(event.target) || (cover && !cover.hidden)) {
      return;
    } else if (event.key === keys.search && one("#search")) {
      event.preventDefault();
      one("#search").focus();
    } else if (Date.now() - going < 1500) {
      going = 0;
      all("a[data-key]").find((link) => link.dataset.key === event.key)?.click();
    } else if (event.key === keys.go) {
      going = Date.now();
    }
  });
  const keysDialog = one("[data-keys-dialog]");
  const keysButton = one("[data-open-keys]");
  if (keysDialog && keysButton) {
    keysButton.hidden = false;
    keysButton.addEventListener("click", () => {
      const fields = one("form", keysDialog).elements;
      fields.on.checked = keys.on;
      for (const name of ["search", "go", "cover"]) fields[name].value = keys[name];
      one("[data-keys-pages]").replaceChildren(...all("a[data-key]").map((link) => {
        const line = document.createElement("div");
        const key = document.createElement("dt");
        const page = document.createElement("dd");
        key.textContent = `${keys.go} ${link.dataset.key}`;
        page.textContent = one("span", link).textContent;
        line.append(key, page);
        return line;
      }));
      keysButton.closest("details")?.removeAttribute("open");
      keysDialog.showModal();
    });
    keysDialog.addEventListener("close", () => {
      if (keysDialog.returnValue !== "keep") return;
      const fields = one("form", keysDialog).elements;
      keys = { on: fields.on.checked };
      for (const name of ["search", "go", "cover"]) keys[name] = fields[name].value || usual[name];
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `keys=${encodeURIComponent(JSON.stringify(keys))}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    });
  }

  // Arrow keys where a page says so: left and right turn it, up and down go from one line to the next.
  const turns = all("a[data-arrow]");
  const lines = one("[data-arrows]");
  all("[data-when-keys]").forEach((hint) => { hint.hidden = false; });
  if (turns.length || lines) document.addEventListener("keydown", (event) => {
    const busy = event.target.closest?.("input, select, textarea, dialog, details, .x-scroll, [contenteditable]");
    if (busy || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || (cover && !cover.hidden)) return;
    const turn = turns.find((link) => link.dataset.arrow === event.key);
    if (turn) { event.preventDefault(); turn.click(); return; }
    if (!lines || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const links = all("a", lines);
    const at = links.indexOf(document.activeElement);
    // Before anything is chosen the arrows scroll the page as ever.
    const next = at < 0 ? null : links[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });

  // Menus close when one looks elsewhere.
  document.addEventListener("click", (event) => all("details.x-menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  }));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && one("details.x-menu[open]");
    if (menu) { menu.open = false; one("summary", menu).focus(); }
  });

  // Drafts: every ten seconds and on leaving a field, when something changed. The hour shown is the server's.
  const drafts = [];
  const keepDraft = (form) => {
    const saved = one(".x-saved", form) || one(`[data-saved-of="${form.id}"]`) || form.appendChild(Object.assign(document.createElement("p"), { className: "x-saved" }));
    saved.setAttribute("role", "status");
    let dirty = false;
    let saving = null;
    const save = () => {
      if (dirty && !saving) saving = send().finally(() => { saving = null; });
      return saving;
    };
    const send = async () => {
      dirty = false;
      try {
        const draft = new FormData(form);
        draft.delete("_once");
        all('input[type="file"]', form).forEach((input) => draft.delete(input.name));
        const answer = await post(form.dataset.autosaveUrl, draft);
        if (answer.status === 409) {
          saved.textContent = words.stale;
          clearInterval(timer);
          return;
        }
        if (!answer.ok) throw new Error("refused");
        const told = await answer.json();
        saved.textContent = say("saved", told.saved_at || told.at || "");
        const version = told.version !== undefined && one('[name="version"]', form);
        if (version) version.value = told.version;
      } catch {
        dirty = true;
        saved.textContent = words.unsaved;
      }
    };
    form.addEventListener("input", () => { dirty = true; });
    form.addEventListener("focusout", (event) => { if (event.relatedTarget?.type !== "submit") save(); });
    form.addEventListener("submit", (event) => {
      dirty = false;
      if (!saving) return;
      // The draft on its way changes the version that this form was read with: it is sent when that one has arrived,
      // or when it obviously never will.
      event.preventDefault();
      Promise.race([saving, new Promise((go) => { setTimeout(go, 8000); })]).then(() => {
        saving = null;
        form.requestSubmit(event.submitter);
      });
    });
    const timer = setInterval(save, 10000);
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
    drafts.push(save);
  };
  all("form[data-autosave-url]").forEach(keepDraft);

  // Forms are sent once, and risky ones only after a pause.
  const confirmDialog = one("[data-confirm-dialog]");
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method === "dialog") return;
    const question = event.submitter?.dataset.confirm || form.dataset.confirm;
    if (question && !form.dataset.confirmed && confirmDialog) {
      event.preventDefault();
      one("[data-confirm-words]").textContent = question;
      confirmDialog.returnValue = "";
      confirmDialog.addEventListener("close", () => {
        if (confirmDialog.returnValue !== "go") return;
        form.dataset.confirmed = "yes";
        form.requestSubmit(event.submitter);
      }, { once: true });
      confirmDialog.showModal();
      one('button[value=""]', confirmDialog).focus();
      return;
    }
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    buttonsOf(form).forEach((button) => button.setAttribute("aria-disabled", "true"));
    all("[data-while-sending]", form).forEach((words) => { words.hidden = false; });
    setTimeout(sendable, 8000, form);
  });
  const buttonsOf = (form) => [...form.elements].filter((element) => element.type === "submit");
  const sendable = (form) => {
    delete form.dataset.sent;
    delete form.dataset.confirmed;
    buttonsOf(form).forEach((button) => button.removeAttribute("aria-disabled"));
    all("[data-while-sending]", form).forEach((words) => { words.hidden = true; });
  };
  addEventListener("pageshow", (event) => { if (event.persisted) all("form[data-sent]").forEach(sendable); });

  // The session: said two minutes before it ends, measured by time and not by ticks, because computers sleep.
  // Pages of the same browser tell each other when one of them was used.
  const sessionDialog = one("[data-session-dialog]");
  if (sessionDialog && body.dataset.sessionEndsIn) {
    const left = one("[data-session-left]", sessionDialog);
    const others = "BroadcastChannel" in window ? new BroadcastChannel(`session ${body.dataset.sessionExtendUrl}`) : null;
    let endsAt = Date.now() + Number(body.dataset.sessionEndsIn) * 1000;
    others?.postMessage(endsAt);
    others?.addEventListener("message", (event) => {
      endsAt = Math.max(endsAt, event.data);
      if (endsAt - Date.now() > 120000 && sessionDialog.open) sessionDialog.close();
    });
    const prolong = async () => {
      if (!body.dataset.sessionExtendUrl) return;
      try {
        const answer = await post(body.dataset.sessionExtendUrl, new URLSearchParams({ csrf_token: token }));
        if (!answer.ok) return;
        endsAt = Date.now() + (await answer.json()).ends_in * 1000;
        others?.postMessage(endsAt);
        sessionDialog.close();
      } catch { /* The next tick says again how long is left. */ }
    };
    one("[data-session-stay]", sessionDialog).addEventListener("click", prolong);
    // Who is writing is there, although the server hears nothing of it.
    let heardAt = Date.now();
    document.addEventListener("input", () => {
      if (Date.now() - heardAt < 300000) return;
      heardAt = Date.now();
      prolong();
    });
    const tick = () => {
      const seconds = Math.round((endsAt - Date.now()) / 1000);
      if (seconds <= 0) {
        clearInterval(timer);
        setCover(true);
        location.assign(location.pathname + location.search);
      } else if (seconds <= 120) {
        left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
        if (!sessionDialog.open && (!cover || cover.hidden)) {
          drafts.forEach((save) => save());
          sessionDialog.showModal();
        }
      }
    };
    const timer = setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
  }

  // Clocks run on from the server's time, so that a computer with a wrong clock shows the right remainder.
  const spanOf = (seconds) => {
    const minutes = Math.floor(seconds / 60);
    if (minutes < 120) return say("min", minutes);
    return minutes < 2880 ? say("hour", Math.floor(minutes / 60)) : say("day", Math.floor(minutes / 1440));
  };
  const skew = body.dataset.now ? Number(body.dataset.now) * 1000 - Date.now() : 0;
  const runClocks = () => all("time[data-due]").forEach((clock) => {
    const seconds = (new Date(clock.dataset.due) - Date.now() - skew) / 1000;
    clock.textContent = seconds < 0 ? say("over", spanOf(-seconds)) : say("left", spanOf(seconds));
    clock.classList.toggle("x-due-over", seconds < 0);
    clock.classList.toggle("x-due-soon", seconds >= 0 && seconds < 1800);
    clock.classList.toggle("x-due-calm", seconds >= 1800);
  });
  const runTimers = () => all("time[data-since]").forEach((timer) => {
    timer.textContent = spanOf(Math.max(0, (Date.now() + skew - new Date(timer.dataset.since)) / 1000));
  });
  setInterval(() => { runClocks(); runTimers(); }, 15000);

  // Rows already on the page are narrowed here; what is typed goes nowhere.
  const filterRows = (box) => {
    const table = box.parentElement.querySelector("table[data-filtered]");
    const input = one("[data-filter-input]", box);
    if (!table) return;
    box.hidden = false;
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      const rows = all("tbody tr", table);
      rows.forEach((row) => { row.hidden = !row.textContent.toLowerCase().includes(wanted); });
      one("[data-filter-count]", box).textContent = wanted ? say("rows", rows.filter((row) => !row.hidden).length) : "";
    });
  };
  all("[data-filter]").forEach(filterRows);

  document.addEventListener("htmx:load", (event) => {
    const added = event.detail.elt;
    if (added === body) return;
    all("form[data-autosave-url]", added).forEach(keepDraft);
    all("[data-filter]", added).forEach(filterRows);
    runClocks();
  });

  // A slip's code comes behind the #, which no server sees; it leaves the address at once.
  const fromFragment = one("[data-from-fragment]");
  if (fromFragment && location.hash.length > 1) {
    if (!fromFragment.value) fromFragment.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  }

  // A card that shows a code can be kept as a picture: it is drawn here and goes nowhere else.
  const card = one("[data-card]");
  const drawCard = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 720, height: 900 });
    const pen = canvas.getContext("2d");
    const write = (text, y, font) => { pen.font = font; pen.fillText(text, 360, y); };
    const family = getComputedStyle(body).fontFamily;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, 720, 900);
    pen.fillStyle = "#000";
    pen.textAlign = "center";
    const groups = all(".x-code span", card).map((group) => group.textContent);
    write(groups.slice(0, 3).join("  "), 100, "600 48px monospace");
    write(groups.slice(3).join("  "), 170, "600 48px monospace");
    const spoken = all(".x-words span", card).map((word) => word.textContent);
    write(spoken.slice(0, 3).join("   "), 250, `32px ${family}`);
    write(spoken.slice(3).join("   "), 300, `32px ${family}`);
    pen.drawImage(one("img", card), 135, 350, 450, 450);
    write(one("[data-where]", card).textContent, 860, `24px ${family}`);
    return canvas;
  };
  all("[data-save-card]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => drawCard().toBlob((picture) => {
      const address = URL.createObjectURL(picture);
      Object.assign(document.createElement("a"), { href: address, download: "card.png" }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    }));
  });

  // A page that must be there without network is kept by this browser with what it is drawn with.
  const offline = body.dataset.offline;
  if (offline && "serviceWorker" in navigator) {
    const drawn = all('link[rel="stylesheet"], script[src]').map((part) => part.href || part.src);
    navigator.serviceWorker.register(offline)
      .then(() => caches.open("page"))
      .then((kept) => kept.addAll([location.pathname, ...drawn]))
      .then(() => all("[data-when-kept]").forEach((words) => { words.hidden = false; }))
      .catch(() => { /* Without it the page is there as long as the network is. */ });
  }

  one('.x-nav [aria-current="page"]')?.scrollIntoView({ block: "nearest", inline: "center" });
  all("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
  one("[data-take-focus]")?.focus();
})();
