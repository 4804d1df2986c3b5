// SPDX-License-Identifier: GPL-2.0-only
//
// The one file: shows the article that the address names, and the slides, which are inside.
(() => {
"use strict";
const articles = [...document.querySelectorAll("article")];
function show() {
	const wanted = location.hash.slice(1);
	const one = articles.find(article => article.id === wanted) || articles[0];
	for (const article of articles)
		article.hidden = article !== one;
	for (const link of document.querySelectorAll("nav a"))
		link.toggleAttribute("aria-current", link.hash === "#" + one.id);
}
addEventListener("hashchange", () => { show(); scrollTo(0, 0); });
show();
const slides = URL.createObjectURL(new Blob([Uint8Array.from(
	atob(document.getElementById("file-slides").textContent.trim()), c => c.charCodeAt(0))], { type: "text/html" }));
for (const link of document.querySelectorAll('a[href="slides.html"]'))
	link.href = slides;
// They are beside the site, and not in this file.
for (const link of document.querySelectorAll("a.source, a.offline"))
	link.replaceWith(...link.childNodes);
})();
