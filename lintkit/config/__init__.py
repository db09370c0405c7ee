"""The configuration: `lintkit.toml`, or `[tool.lintkit]` in `pyproject.toml`."""

from lintkit.config.errors import ConfigError
from lintkit.config.load import load_config, parse_config, with_nested
from lintkit.config.model import Config, PathIgnore, RuleConfig, Waiver
from lintkit.config.names import check_rules

__all__ = [
    "Config",
    "ConfigError",
    "PathIgnore",
    "RuleConfig",
    "Waiver",
    "check_rules",
    "load_config",
    "parse_config",
    "with_nested",
]
