"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const table = document.getElementById("table");
  const rows = table ? all("tbody tr", table) : [];

  // Sites: a pin, a dot and a row light up together.
  const light = (site, scroll) => {
    all(".lit").forEach((element) => element.classList.remove("lit"));
    all(`[data-site="${site}"]`).forEach((element) => element.classList.add("lit"));
    const row = rows.find((candidate) => candidate.dataset.site === site);
    if (scroll && row && !row.hidden) row.scrollIntoView({ block: "center" });
  };
  all(".pin, .dot").forEach((mark) => {
    const row = rows.find((candidate) => candidate.dataset.site === mark.dataset.site);
    if (mark.classList.contains("pin") && row) {
      mark.setAttribute("tabindex", "0");
      mark.setAttribute("role", "button");
      mark.setAttribute("aria-label", row.cells[0].firstChild.textContent.trim() + ". " + row.querySelector(".name bdi").textContent);
    }
    mark.addEventListener("click", () => light(mark.dataset.site, true));
    mark.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        light(mark.dataset.site, true);
      }
    });
  });
  const map = document.querySelector("svg.pannable");
  if (map) map.setAttribute("role", "group");
  rows.forEach((row) => row.addEventListener("click", (event) => {
    if (!event.target.closest("a, input, button")) light(row.dataset.site, false);
  }));

  // Sorting: the heads become buttons; unknown values stay last.
  if (table) {
    const body = table.tBodies[0];
    const heads = all("th[data-key]", table);
    const numeric = new Set(["rank", "score", "completeness", "confidence", "fit", "capex", "fnpv", "jobs"]);
    const value = (row, key) => numeric.has(key) ? Number(row.dataset[key]) : key === "name" ? row.querySelector(".name bdi").textContent : row.dataset[key] || "";
    const sort = (head) => {
      const key = head.dataset.key;
      const old = head.getAttribute("aria-sort");
      const down = old ? old === "ascending" : numeric.has(key) && key !== "rank";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      rows.sort((a, b) => {
        const x = value(a, key), y = value(b, key);
        if (numeric.has(key)) {
          const unknownX = x <= -1e15, unknownY = y <= -1e15;
          if (unknownX || unknownY) return unknownX - unknownY;
          return (x - y) * sign || Number(a.dataset.rank) - Number(b.dataset.rank);
        }
        return x.localeCompare(y, root.lang) * sign || Number(a.dataset.rank) - Number(b.dataset.rank);
      });
      rows.forEach((row) => body.appendChild(row));
    };
    heads.forEach((head) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(head));
      head.append(button);
    });
  }

  // Filters.
  const form = document.getElementById("filters");
  if (form) {
    const shown = document.getElementById("shown");
    const filter = () => {
      const text = form.elements.text.value.trim().toLocaleLowerCase();
      const least = parseFloat(form.elements.score.value);
      let count = 0;
      rows.forEach((row) => {
        const fits = ["verdict", "vacancy", "sector"].every((name) => {
          const field = form.elements[name];
          return !field || !field.value || row.dataset[name] === field.value;
        });
        row.hidden = !fits || (text && !row.textContent.toLocaleLowerCase().includes(text)) || (least > 0 && Number(row.dataset.score) < least);
        if (!row.hidden) count += 1;
        all(`.pin[data-site="${row.dataset.site}"], .dot[data-site="${row.dataset.site}"]`).forEach((mark) => { mark.style.display = row.hidden ? "none" : ""; });
      });
      shown.textContent = shown.dataset.text.replace("{shown}", count).replace("{all}", rows.length);
    };
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(filter));
    filter();
  }

  // Comparison of two sites.
  const comparison = document.getElementById("comparison");
  if (comparison) {
    const values = JSON.parse(document.getElementById("comparison-values").textContent);
    const pickers = [document.getElementById("first"), document.getElementById("second")];
    const boxes = all('input[name="compare"]');
    pickers.forEach((picker, side) => {
      values.sites.forEach((site, index) => {
        const option = document.createElement("option");
        option.value = index;
        option.textContent = `${site.values[0]}. ${site.name}`;
        picker.append(option);
      });
      picker.value = String(side);
    });
    const cell = (tag, text, scope) => {
      const element = document.createElement(tag);
      element.textContent = text;
      if (scope) element.scope = scope;
      return element;
    };
    const draw = () => {
      const chosen = pickers.map((picker) => values.sites[Number(picker.value)]);
      const head = document.createElement("tr");
      head.append(cell("td", ""), ...chosen.map((site) => cell("th", site.name, "col")));
      comparison.tHead.replaceChildren(head);
      comparison.tBodies[0].replaceChildren(...values.lines.map((title, line) => {
        const row = document.createElement("tr");
        row.append(cell("th", title, "row"));
        chosen.forEach((site) => {
          const data = cell("td", site.values[line]);
          const share = site.shares[line];
          if (share !== null) {
            const bar = document.createElement("span");
            bar.className = "compare-bars";
            const fill = document.createElement("i");
            fill.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
            bar.append(fill);
            data.append(bar);
          }
          row.append(data);
        });
        return row;
      }));
    };
    pickers.forEach((picker) => picker.addEventListener("change", draw));
    boxes.forEach((box) => box.addEventListener("change", () => {
      const ticked = boxes.filter((other) => other.checked);
      if (ticked.length > 2) {
        ticked.find((other) => other !== box).checked = false;
      }
      boxes.filter((other) => other.checked).forEach((other, side) => { pickers[side].value = other.value; });
      draw();
    }));
    draw();
  }

  // The map: buttons, keys, wheel with Ctrl, drag.
  const box = document.querySelector(".map-box");
  if (map && box) {
    const full = map.viewBox.baseVal;
    const extent = { x: full.x, y: full.y, width: full.width, height: full.height };
    let view = { ...extent };
    const sheet = map.querySelector(".map-sheet");
    const pins = all(".pin", map).map((pin) => ({ pin, circle: pin.querySelector("circle"), text: pin.querySelector("text"), r: Number(pin.querySelector("circle").getAttribute("r")) }));
    const show = () => {
      view.width = Math.min(extent.width, Math.max(extent.width / 40, view.width));
      view.height = view.width * extent.height / extent.width;
      view.x = Math.min(extent.x + extent.width - view.width, Math.max(extent.x, view.x));
      view.y = Math.min(extent.y + extent.height - view.height, Math.max(extent.y, view.y));
      const scale = view.width / extent.width;
      sheet.setAttribute("transform", `scale(${1 / scale}) translate(${-view.x} ${-view.y})`);
      const size = scale * Math.max(1, 0.72 * extent.width / Math.max(map.clientWidth, 300));
      pins.forEach(({ circle, text, r }) => {
        circle.setAttribute("r", r * size);
        circle.style.strokeWidth = size;
        if (text) {
          const x = circle.getAttribute("cx"), y = circle.getAttribute("cy");
          text.setAttribute("transform", `translate(${x} ${y}) scale(${size}) translate(${-x} ${-y})`);
        }
      });
      all(".map-furniture", map).forEach((mark) => { mark.style.visibility = scale < 1 ? "hidden" : ""; });
      all(".map-district-name", map).forEach((name) => { name.style.fontSize = `${12 * scale}px`; });
    };
    const zoom = (factor, x = view.x + view.width / 2, y = view.y + view.height / 2) => {
      const width = Math.min(extent.width, Math.max(extent.width / 40, view.width * factor));
      const ratio = width / view.width;
      view = { x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio, width, height: 0 };
      show();
    };
    all("[data-zoom]", box).forEach((button) => button.addEventListener("click", () => {
      if (button.dataset.zoom === "all") { view = { ...extent }; show(); } else { zoom(button.dataset.zoom === "in" ? 0.6 : 1 / 0.6); }
    }));
    const place = (event) => {
      const bounds = map.getBoundingClientRect();
      return { x: view.x + (event.clientX - bounds.left) / bounds.width * view.width, y: view.y + (event.clientY - bounds.top) / bounds.height * view.height };
    };
    map.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const at = place(event);
      zoom(event.deltaY < 0 ? 0.8 : 1.25, at.x, at.y);
    }, { passive: false });
    map.addEventListener("dblclick", (event) => { const at = place(event); zoom(0.5, at.x, at.y); });
    let start = null;
    map.addEventListener("pointerdown", (event) => { if (!event.target.closest(".pin")) { start = { ...place(event), id: event.pointerId }; map.setPointerCapture(event.pointerId); } });
    map.addEventListener("pointermove", (event) => {
      if (!start || start.id !== event.pointerId) return;
      const at = place(event);
      view.x -= at.x - start.x;
      view.y -= at.y - start.y;
      show();
    });
    ["pointerup", "pointercancel"].forEach((name) => map.addEventListener(name, () => { start = null; }));
    map.setAttribute("tabindex", "0");
    window.addEventListener("resize", show);
    show();
    map.addEventListener("keydown", (event) => {
      const step = view.width / 8;
      const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
      if (moves[event.key] && event.target === map) {
        event.preventDefault();
        view.x += moves[event.key][0];
        view.y += moves[event.key][1];
        show();
      } else if (event.key === "+" || event.key === "=") { zoom(0.6); } else if (event.key === "-") { zoom(1 / 0.6); } else if (event.key === "0") { view = { ...extent }; show(); }
    });
  }
})();
