// SPDX-License-Identifier: GPL-2.0-only
//
// The one file: shows the article that the address names, and the slides, which are inside.
(() => {
"use strict";
const articles = [...document.querySelectorAll("article")];
function show() {
	const target = document.getElementById(location.hash.slice(1)) || articles[0];
	const one = target.closest("article");
	if (!one) // the link to the text
		return;
	for (const article of articles)
		article.hidden = article !== one;
	for (const link of document.querySelectorAll("nav a"))
		link.toggleAttribute("aria-current", link.hash === "#" + one.id);
	if (target === one)
		scrollTo(0, 0);
	else
		target.scrollIntoView();
}
addEventListener("hashchange", show);
show();
const slides = URL.createObjectURL(new Blob([Uint8Array.from(
	atob(document.getElementById("file-slides").textContent.trim()), c => c.charCodeAt(0))], { type: "text/html" }));
for (const link of document.querySelectorAll('a[href="slides.html"]'))
	link.href = slides;
// They are beside the site, and not in this file.
for (const link of document.querySelectorAll("a.source, a.offline"))
	link.replaceWith(...link.childNodes);
})();
