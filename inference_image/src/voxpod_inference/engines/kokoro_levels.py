"""How loud Kokoro's voices are by themselves, in LUFS: measured of a sentence of each one's language.

Whatever they say they are within 0.5 of it, so a listener need not wait until the whole is known. A test measures some again.
"""

# fmt: off
LEVELS = {
    "af_alloy": -22.6, "af_aoede": -18.2, "af_bella": -21.3, "af_heart": -22.4, "af_jessica": -22.2, "af_kore": -18.4,
    "af_nicole": -21.4, "af_nova": -27.2, "af_river": -21.7, "af_sarah": -21.0, "af_sky": -24.3, "am_adam": -18.5,
    "am_echo": -22.9, "am_eric": -21.4, "am_fenrir": -19.3, "am_liam": -21.9, "am_michael": -24.3, "am_onyx": -24.0,
    "am_puck": -19.0, "am_santa": -22.7, "bf_alice": -20.6, "bf_emma": -20.3, "bf_isabella": -18.0, "bf_lily": -21.6,
    "bm_daniel": -21.4, "bm_fable": -22.0, "bm_george": -21.6, "bm_lewis": -23.6, "ef_dora": -23.5, "em_alex": -23.0,
    "em_santa": -22.5, "ff_siwis": -19.9, "hf_alpha": -16.4, "hf_beta": -18.2, "hm_omega": -17.3, "hm_psi": -19.1,
    "if_sara": -15.0, "im_nicola": -20.1, "jf_alpha": -19.8, "jf_gongitsune": -20.7, "jf_nezumi": -20.7,
    "jf_tebukuro": -21.0, "jm_kumo": -20.4, "pf_dora": -23.3, "pm_alex": -22.6, "pm_santa": -22.6,
    "zf_xiaobei": -20.5, "zf_xiaoni": -18.3, "zf_xiaoxiao": -16.5, "zf_xiaoyi": -19.1, "zm_yunjian": -20.7,
    "zm_yunxi": -21.2, "zm_yunxia": -20.6, "zm_yunyang": -23.5,
}
# fmt: on
