// Sound as it comes, in the player of the page: as much of it as is there can be heard.

const TYPES = { mp3: "audio/mpeg" }; // of the formats that a browser takes in pieces
const Source = window.ManagedMediaSource ?? window.MediaSource;

export const canBeHeardLive = (format) => Boolean(Source && TYPES[format] && Source.isTypeSupported(TYPES[format]));

export class LiveSound {
  #source = new Source();
  #pieces = [];
  #over = false;
  #buffer = null;

  constructor(player, format) {
    this.url = URL.createObjectURL(this.#source);
    this.#source.addEventListener("sourceopen", () => {
      this.#buffer = this.#source.addSourceBuffer(TYPES[format]);
      this.#buffer.addEventListener("updateend", () => this.#next());
      this.#next();
    }, { once: true });
    player.disableRemotePlayback = true; // ManagedMediaSource asks for it
    player.src = this.url;
  }

  feed(piece) {
    this.#pieces.push(piece);
    this.#next();
  }

  // That was all: the player knows its length from now on.
  end() {
    this.#over = true;
    this.#next();
  }

  #next() {
    if (!this.#buffer || this.#buffer.updating || this.#source.readyState !== "open") return;
    if (this.#pieces.length) this.#buffer.appendBuffer(this.#pieces.shift());
    else if (this.#over) this.#source.endOfStream();
  }
}
