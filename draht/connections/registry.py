"""Which channels there are: the folders in ``draht/channels`` and the packages that others have installed."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

import draht.channels
from draht.contract.channel import Channel

log = logging.getLogger("draht.channels")


@cache
def channels() -> dict[str, type[Channel]]:
    """name → class, in order of name. Third parties register under the entry point ``draht.channels``."""
    found = {
        module.name: _class_in(f"draht.channels.{module.name}.channel")
        for module in pkgutil.iter_modules(draht.channels.__path__)
        if find_spec(f"draht.channels.{module.name}.channel")  # a channel is a folder with this module
    }
    for point in entry_points(group="draht.channels"):
        try:
            found[point.name] = point.load()
        except Exception:  # somebody else's package must not stop the house
            log.exception("The channel %s of the package %s cannot be loaded.", point.name, point.value)
    return dict(sorted(found.items()))


def is_on(name: str) -> bool:
    """Whether it is offered. Some are only where the administrator has switched them on (``DRAHT_CHANNELS_ON``)."""
    return not channels()[name].off or name in settings.CHANNELS_ON


def folder(name: str) -> Path:
    """Where the channel's README, icon and samples are."""
    module = importlib.import_module(channels()[name].__module__)
    return Path(str(module.__file__)).parent


def _class_in(path: str) -> type[Channel]:
    module = importlib.import_module(path)
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Channel) and value.__module__ == path:
            return value
    raise ImportError(f"{path} has no channel class.")
