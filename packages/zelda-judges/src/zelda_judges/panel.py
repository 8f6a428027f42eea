"""A panel of LLM judges and the configuration it is made from."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from pydantic import BaseModel, ConfigDict, Field

from zelda_judges.client import ChatClient
from zelda_judges.errors import ConfigError
from zelda_judges.judge import LLMJudge
from zelda_judges.rubric import JudgeName


class PanelConfig(BaseModel):
    """Which models judge, where they are served, and how they are asked."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, protected_namespaces=())

    base_url: str = ""
    """The endpoint, up to and including /v1, such as http://localhost:8000/v1."""
    base_url_puzzle: str = ""
    """The puzzle judge's endpoint, if it has one of its own."""
    base_url_vision: str = ""
    """The vision judge's endpoint, if it has one of its own."""
    model_state: str = ""
    """Model of the state judge (progress, dialog, efficiency)."""
    model_puzzle: str = ""
    """Model of the puzzle judge; the state judge's if left out."""
    model_vision: str = ""
    """Model of the vision judge (novelty), which must take images; if left out, the state judge's, from text alone."""
    votes: int = Field(default=3, ge=1, le=32)
    """Votes of each judge on a segment, asked for in one request."""
    concurrency: int = Field(default=16, ge=1, le=1024)
    """Most requests at once to an endpoint."""
    temperature: float = Field(default=0.7, ge=0, le=2)
    """Of the sampling; 0 makes all votes of a segment equal."""
    seed: int = Field(default=0, ge=0, lt=2**31)
    """Makes the seed of every request, with the segment."""
    timeout_s: float = Field(default=120.0, gt=0)
    """Longest time for one attempt, in seconds."""
    frames: int = Field(default=6, ge=0, le=64)
    """Most frames a segment shown to the vision judge."""
    upscale: int = Field(default=2, ge=1, le=4)
    """Whole number by which frames are enlarged: 1, 2 and 4 are about 30, 110 and 480 tokens a frame."""
    ca_file: str | None = None
    """Certificates (PEM) to trust for https instead of the system's."""

    def judges(self) -> dict[JudgeName, tuple[str, str, int]]:
        """Return URL, model and frames of each judge, with what was left out filled in.

        Raises:
            ConfigError: The endpoint or the first model is not named.
        """
        if not self.base_url or not self.model_state:
            raise ConfigError(
                "--panel llm needs --base-url (BASE_URL) and --model-state (MODEL_STATE); --panel rules needs neither"
            )
        return {
            "state": (self.base_url, self.model_state, 0),
            "puzzle": (self.base_url_puzzle or self.base_url, self.model_puzzle or self.model_state, 0),
            "vision": (
                (self.base_url_vision or self.base_url, self.model_vision, self.frames)
                if self.model_vision
                else (self.base_url, self.model_state, 0)
            ),
        }


@asynccontextmanager
async def llm_panel(
    config: PanelConfig, api_key: str | None, rng: random.Random | None = None
) -> AsyncIterator[tuple[tuple[LLMJudge, ...], tuple[ChatClient, ...]]]:
    """Open the endpoints, see that they can do what is asked of them, and yield the judges and the clients.

    Args:
        config: Which models judge and where.
        api_key: One for all endpoints; comes from the environment.
        rng: Of the waits between attempts.

    Raises:
        ConfigError: A setting is wrong.
        EndpointError: An endpoint is not there, does not have a model, or its vision model ignores images.
    """
    plan = config.judges()
    async with AsyncExitStack() as stack:
        clients: dict[str, ChatClient] = {}
        for url, _, _ in plan.values():
            if url not in clients:
                client = ChatClient(
                    url,
                    api_key=api_key,
                    concurrency=config.concurrency,
                    timeout_s=config.timeout_s,
                    rng=rng,
                    ca_file=config.ca_file,
                )
                clients[url] = await stack.enter_async_context(client)
        for url, client in clients.items():
            await client.check({model for where, model, _ in plan.values() if where == url})
        for url, model, frames in plan.values():
            if frames:
                await clients[url].check_images(model)
        judges = tuple(
            LLMJudge(
                name,
                clients[url],
                model,
                votes=config.votes,
                temperature=config.temperature,
                seed=config.seed,
                frames=frames,
                upscale=config.upscale,
            )
            for name, (url, model, frames) in plan.items()
        )
        yield judges, tuple(clients.values())
