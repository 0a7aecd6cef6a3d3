"""Bodies and answers of Voxpod's own calls."""

from pydantic import BaseModel, Field

from voxpod_api.web.bodies import Body
from voxpod_crds.tts_request import MAX_INSTRUCTIONS, MAX_SEED, MAX_TEXT, AudioFormat

LANGUAGE = r"^(auto|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*)$"


class SynthesizeBody(Body):
    """What to speak, and how."""

    text: str = Field(min_length=1, max_length=MAX_TEXT)
    model: str | None = Field(None, max_length=63, description="A SpeechModel; the default one without it.")
    voice: str | None = Field(None, max_length=256, description="A voice of the model, or a mix.")
    language: str = Field("auto", max_length=16, pattern=LANGUAGE)
    speed: float = Field(1.0, ge=0.25, le=4.0)
    format: AudioFormat = "wav"
    instructions: str | None = Field(
        None,
        min_length=1,
        max_length=MAX_INSTRUCTIONS,
        description="How it is to be spoken, in words; refused where the model follows none.",
    )
    seed: int | None = Field(
        None, ge=0, le=MAX_SEED, description="Of the model's random choices, where it makes any; as 0 without it."
    )


class SynthesizeAnswer(BaseModel):
    """Where the audio is."""

    audio_url: str = Field(description="Presigned GET: whoever has it may read the audio.")
    expires_in: int = Field(description="Seconds for which it can be used.")
    duration: float = Field(description="Seconds of audio.")
    request_id: str = Field(description="Name of the TTSRequest in the tenant's namespace.")


class SpeakBody(Body):
    """What to speak, and how."""

    text: str = Field(min_length=1, max_length=MAX_TEXT)
    speaker: str | None = Field(None, max_length=256, description="A voice of the model, or a mix.")
    language: str = Field("auto", max_length=16, pattern=LANGUAGE)


class SpeakAnswer(BaseModel):
    """The audio itself."""

    audio: str = Field(description="A WAV file in base64.")
    duration: float = Field(description="Seconds of audio.")
    sample_rate: int = Field(description="Samples per second.")
