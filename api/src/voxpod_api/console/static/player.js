// The audio, and the word that is heard.

import { byId, element } from "./elements.js";
import { LiveSound } from "./live.js";

const MARKUP = /<\/?lang(?:=[^<>]*)?>/g;
let urls = [];

// A player for sound that is still spoken: it begins with the first piece.
export function listen(format) {
  const player = byId("player");
  const live = new LiveSound(player, format);
  renew(live.url);
  byId("read-along").replaceChildren();
  byId("download").hidden = true;
  byId("heard").hidden = false;
  begin(player);
  return live;
}

// What is stored of a task: to be heard from its beginning, or, where it was heard live, to be read along and kept.
export async function play(api, task, { live = null } = {}) {
  const player = byId("player");
  const stored = URL.createObjectURL(await api.blob(`/v1/speech-tasks/${task.id}/audio`));
  if (live) {
    live.end();
    urls.push(stored);
  } else {
    renew(stored);
    player.src = stored;
  }
  Object.assign(byId("download"), { href: stored, download: `${task.id}.${task.format}`, hidden: false });
  byId("heard").hidden = false;
  follow(player, task.timestamps_url ? await api.json(task.timestamps_url) : { sentences: [] });
  if (!live) begin(player);
}

// A browser may want a click first: then the controls are there.
const begin = (player) => player.play().catch(() => {});

function renew(url) {
  for (const old of urls) URL.revokeObjectURL(old);
  urls = [url];
}

function follow(player, { sentences, words = [] }) {
  const timed = [];
  const shown = sentences.flatMap((one) => [...(words.length ? inWords(one, words, timed) : [whole(one, timed)]), " "]);
  byId("read-along").replaceChildren(...shown);
  let marked = null;
  const show = () => {
    const heard = timed.find(({ from, to }) => from <= player.currentTime && player.currentTime < to) ?? null;
    if (heard === marked) return;
    marked?.span.replaceChildren(marked.text);
    heard?.span.replaceChildren(element("mark", { textContent: heard.text }));
    marked = heard;
  };
  const showOn = () => {
    show();
    if (!player.paused) requestAnimationFrame(showOn); // the player itself tells the time four times a second
  };
  Object.assign(player, { onplay: showOn, onseeked: show, onended: show });
  showOn(); // it may be heard already
}

function whole(sentence, timed) {
  const text = sentence.text.replaceAll(MARKUP, "");
  return span(text, sentence, timed);
}

// A sentence as words with times, and what stands between them. Offsets count code points of the whole text.
function inWords(sentence, words, timed) {
  const letters = [...sentence.text];
  const cut = (from, to) => letters.slice(from, to).join("").replaceAll(MARKUP, "");
  const pieces = [];
  let at = 0;
  for (const word of words) {
    const [from, to] = [word.startOffset - sentence.startOffset, word.endOffset - sentence.startOffset];
    if (from < at || to > letters.length) continue;
    pieces.push(cut(at, from), span(cut(from, to), word, timed));
    at = to;
  }
  return [...pieces, cut(at)];
}

function span(text, { startSeconds, endSeconds }, timed) {
  const made = element("span", { textContent: text });
  timed.push({ span: made, text, from: startSeconds, to: endSeconds });
  return made;
}
