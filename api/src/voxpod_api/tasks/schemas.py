"""Bodies and answers of the calls about tasks."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from voxpod_api.mission.schemas import SynthesizeBody
from voxpod_api.speech.outcome import Standing
from voxpod_api.web.bodies import Body
from voxpod_crds.tts_request import SampleRate


class TaskBody(SynthesizeBody):
    """What to speak, and how; how long it may take, and for how long its URL is to work."""

    sample_rate: SampleRate | None = Field(None, description="Samples per second; the model's own without it.")
    timestamps: Literal["none", "sentence", "word"] = Field("none", description="Whether times are told as well.")
    priority: int = Field(0, ge=0, le=9, description="Order among the tenant's waiting requests.")
    deadline_seconds: int = Field(3600, ge=5, le=86_400, description="Seconds after which it fails, waiting included.")
    audio_url_seconds: int = Field(86_400, ge=60, le=604_800, description="Seconds for which its URL works.")
    webhook_url: str | None = Field(None, max_length=2048, description="https URL that is told of the task's end.")


class NewTaskBody(TaskBody):
    """A task, and how it is told of."""

    stream: bool = Field(
        False, description="Whether the answer is a stream of events: the task as it goes, and its sound as it comes."
    )


class BatchBody(Body):
    """Several tasks in one call, which share its limit of length."""

    tasks: list[TaskBody] = Field(min_length=1, max_length=64)


class WebhookAnswer(BaseModel):
    """What has come of a webhook. Its URL is not told again: it may hold a secret."""

    status: Literal["pending", "delivered", "failed"]
    attempts: int
    error: str | None = Field(None, description="What was wrong with the last attempt.")


class TaskAnswer(BaseModel):
    """A task as it is now."""

    id: str
    object: Literal["speech_task"] = "speech_task"
    status: Standing
    created_at: int = Field(description="Seconds since 1970.")
    queue_position: int | None = Field(None, description="Place among the tenant's waiting requests.")
    model: str | None = None
    voice: str | None = None
    format: str
    audio_url: str | None = Field(
        None, description="Presigned GET of the audio of a task that succeeded, while it works."
    )
    expires_in: int | None = Field(None, description="Seconds for which audio_url works.")
    duration: float | None = Field(None, description="Seconds of audio.")
    timestamps_url: str | None = Field(None, description="Path of the times, where they were asked for.")
    webhook: WebhookAnswer | None = Field(None, description="What has come of its webhook, where it has one.")
    warnings: list[str] = Field(default_factory=list)
    error: dict[str, Any] | None = Field(None, description="Why it ended without audio, as errors are told elsewhere.")


class TaskPage(BaseModel):
    """Some tasks, the newest first."""

    object: Literal["list"] = "list"
    data: list[TaskAnswer]
    has_more: bool
    next_cursor: str | None = Field(None, description="`after` of the next page.")


class BatchItem(BaseModel):
    """What became of one task of a batch: `task`, or `error`."""

    index: int = Field(description="Its place in `tasks`, from 0.")
    task: TaskAnswer | None = None
    error: dict[str, Any] | None = Field(None, description="Why it was not made, as errors are told elsewhere.")


class BatchAnswer(BaseModel):
    """What became of each task, in the order in which they were sent."""

    object: Literal["speech_task.batch"] = "speech_task.batch"
    data: list[BatchItem]
    made: int
    refused: int
