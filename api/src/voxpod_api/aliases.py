"""What the names of others mean here, where nobody says otherwise.

Clients of OpenAI send its names of models and voices. They are aliases here: of the default model, and of voices of Kokoro
that fit in sex, accent and temper. An alias is no promise of one voice, so a model without it speaks with its own.
"""

MODEL_ALIASES = {"tts-1": "", "tts-1-hd": "", "gpt-4o-mini-tts": ""}
"""Names of models that clients know, each with the SpeechModel meant; empty: the default one."""

VOICE_ALIASES = {
    "alloy": "af_alloy",
    "ash": "am_michael",
    "ballad": "bm_george",
    "coral": "af_bella",
    "echo": "am_echo",
    "fable": "bm_fable",
    "onyx": "am_onyx",
    "nova": "af_nova",
    "sage": "af_sarah",
    "shimmer": "af_sky",
    "verse": "am_puck",
    "marin": "af_heart",
    "cedar": "am_fenrir",
}
"""Names of voices that clients know, each with the voice meant."""
