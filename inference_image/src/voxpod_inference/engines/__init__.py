"""Speech engines: one module a model family, all behind `Synthesizer`."""
