"""Python source: names, calls, settings, guards, and the idioms of common libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.python.allowlist import is_limited, limits
    from lintkit.python.arguments import Given
    from lintkit.python.branches import code_of_test, in_development_branch, scope_name
    from lintkit.python.called import in_command, is_command_module, is_for_people, is_one_off, run_by_hand
    from lintkit.python.code import (
        Argument,
        Assert,
        Assignment,
        Attribute,
        Augmented,
        Await,
        Block,
        Branch,
        Call,
        Case,
        Choice,
        Class,
        Code,
        Comparison,
        Comprehension,
        Conditional,
        Delete,
        Dict,
        Discarded,
        Else,
        Entry,
        Except,
        Expression,
        Finally,
        For,
        FormattedString,
        Function,
        If,
        Import,
        Jump,
        Lambda,
        List,
        Loop,
        MatchStatement,
        Module,
        Name,
        Negation,
        Operation,
        Parameter,
        Raise,
        Return,
        Setting,
        String,
        Subscript,
        Text,
        Try,
        Tuple,
        While,
        With,
        Yield,
    )
    from lintkit.python.edits import added_keywords
    from lintkit.python.environment_reads import READ_CALLS, READER_CLASSES, EnvironmentRead, environment_read
    from lintkit.python.guards import GuardNode
    from lintkit.python.handlers import handler_around
    from lintkit.python.idioms import time_limits
    from lintkit.python.idioms.blocking import (
        FUNCTION_CALLS,
        FUNCTIONS,
        MAIL_CONNECTIONS,
        METHOD_CALLS,
        blocking_method,
        in_coroutine,
        is_awaited,
    )
    from lintkit.python.idioms.clients import (
        CLIENT_CALLS,
        CLIENT_TYPES,
        HTTP_CALLS,
        HTTP_VERBS,
        holds,
        is_client_call,
        is_client_module,
        is_http_method,
        service_of,
        talks_to,
    )
    from lintkit.python.idioms.cors import (
        AIOHTTP_CALLS,
        CORS_CALLS,
        DJANGO_ALL_SETTINGS,
        DJANGO_LIST_SETTINGS,
        DJANGO_REGEX_SETTINGS,
        FLASK,
        QUART,
        STARLETTE,
        CorsSetup,
        Framework,
        cors_setup,
        credentials_setting,
        falls_back_to_wildcard,
        is_setting,
        is_wildcard,
        matches_every_origin,
        resources,
        settings_trigger,
        weakness,
    )
    from lintkit.python.idioms.cors_headers import HEADER, sends_origin_back, sent_header
    from lintkit.python.idioms.defaults import literal_defaults
    from lintkit.python.idioms.excepts import BROAD, EXITS, catches_everything, is_retry, may_raise
    from lintkit.python.idioms.health import HEALTH_TRIGGERS, HealthCheck, health_checks
    from lintkit.python.idioms.log_calls import LOG_CALLS, is_log_call
    from lintkit.python.idioms.printed import logged
    from lintkit.python.idioms.redis_clients import (
        COMMON_COMMANDS,
        command_trigger,
        has_waiting_command,
        is_redis_client,
        names_client,
        redis_command,
        stays_in_module,
    )
    from lintkit.python.idioms.redis_keys import key_of, key_shape, key_text, key_words
    from lintkit.python.idioms.redis_updates import COMMANDS, updates
    from lintkit.python.idioms.servers import (
        BIND_METHODS,
        RUN_METHODS,
        SERVER_CALLS,
        ServerStart,
        bound_host,
        is_application,
        server_start,
    )
    from lintkit.python.idioms.startup import startup_around
    from lintkit.python.idioms.time_limits import HANDING_ON, is_bounded, is_bounded_around
    from lintkit.python.idioms.tls import (
        CONTEXTS,
        REQUIREMENTS,
        SWITCHED_OFF,
        SWITCHED_ON,
        addresses,
        checks_nothing,
        is_an_option,
        is_for_a_server,
        serves,
        set_later,
        takes_verify,
    )
    from lintkit.python.idioms.web_names import ERROR_HANDLERS
    from lintkit.python.receivers import calls_of, calls_on, origin_names, origins
    from lintkit.python.releases import (
        COVERAGE_IGNORES_ITSELF,
        PYTEST_IGNORES_ITSELF,
        PYTHON_WINDOWS_10,
        REDIS_TIMEOUTS,
        SQLALCHEMY_ORACLE,
        SQLALCHEMY_POSTGRESQL,
        VENV_IGNORES_ITSELF,
    )
    from lintkit.python.returned import returned_values
    from lintkit.python.settings import (
        SettingNode,
        asks_for,
        assigned_name,
        class_framework,
        fields_of,
        is_checked,
        is_development_class,
        is_development_module,
        is_for_development,
        is_of_tests,
        is_overridden_later,
        is_settings_module,
        is_switched_for_production,
        is_validated,
        setting_at,
    )
    from lintkit.python.spelling import last_name, one_spelling
    from lintkit.python.systems import LINUX, LINUX_KEEPALIVE, LINUX_TCP, OPTIONS, WINDOWS, lacking, reached
    from lintkit.python.triggers import Identifiers
else:
    __getattr__ = attributes(__name__)
