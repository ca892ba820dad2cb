"""The extension module for this processor: the highest level of x86-64 that both have."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

# Of x86-64-v3, beside what v2 has, as Linux names them.
_V3 = {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"}


def _has_v3() -> bool:
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            line = next((line for line in file if line.startswith("flags")), "")
    except OSError:
        return False
    return set(line.split()) >= _V3


def _load() -> Any:
    names = ["_core_native", "_core_v3", "_core_v2", "_core_default"]
    if not _has_v3():
        names.remove("_core_v3")
    for name in names:
        if importlib.util.find_spec("nearfold." + name) is not None:
            return importlib.import_module("nearfold." + name)
    raise ImportError("nearfold was installed without an extension module for this processor")


core: Any = _load()
