"""Python source: names, calls, settings, guards, and the idioms of common libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lintkit.api.lazily import attributes

if TYPE_CHECKING:
    from lintkit.python.allowlist import is_limited as is_limited
    from lintkit.python.allowlist import limits as limits
    from lintkit.python.arguments import Given as Given
    from lintkit.python.branches import code_of_test as code_of_test
    from lintkit.python.branches import in_development_branch as in_development_branch
    from lintkit.python.branches import scope_name as scope_name
    from lintkit.python.called import in_command as in_command
    from lintkit.python.called import is_command_module as is_command_module
    from lintkit.python.called import is_for_people as is_for_people
    from lintkit.python.called import is_one_off as is_one_off
    from lintkit.python.called import run_by_hand as run_by_hand
    from lintkit.python.code import Argument as Argument
    from lintkit.python.code import Assert as Assert
    from lintkit.python.code import Assignment as Assignment
    from lintkit.python.code import Attribute as Attribute
    from lintkit.python.code import Await as Await
    from lintkit.python.code import Branch as Branch
    from lintkit.python.code import Call as Call
    from lintkit.python.code import Case as Case
    from lintkit.python.code import Choice as Choice
    from lintkit.python.code import Class as Class
    from lintkit.python.code import Code as Code
    from lintkit.python.code import Comparison as Comparison
    from lintkit.python.code import Conditional as Conditional
    from lintkit.python.code import Dict as Dict
    from lintkit.python.code import Discarded as Discarded
    from lintkit.python.code import Entry as Entry
    from lintkit.python.code import Except as Except
    from lintkit.python.code import Expression as Expression
    from lintkit.python.code import Finally as Finally
    from lintkit.python.code import For as For
    from lintkit.python.code import FormattedString as FormattedString
    from lintkit.python.code import Function as Function
    from lintkit.python.code import If as If
    from lintkit.python.code import Jump as Jump
    from lintkit.python.code import Lambda as Lambda
    from lintkit.python.code import List as List
    from lintkit.python.code import Loop as Loop
    from lintkit.python.code import MatchStatement as MatchStatement
    from lintkit.python.code import Module as Module
    from lintkit.python.code import Name as Name
    from lintkit.python.code import Negation as Negation
    from lintkit.python.code import Operation as Operation
    from lintkit.python.code import Parameter as Parameter
    from lintkit.python.code import Raise as Raise
    from lintkit.python.code import Return as Return
    from lintkit.python.code import Setting as Setting
    from lintkit.python.code import String as String
    from lintkit.python.code import Subscript as Subscript
    from lintkit.python.code import Text as Text
    from lintkit.python.code import Try as Try
    from lintkit.python.code import Tuple as Tuple
    from lintkit.python.code import With as With
    from lintkit.python.code import Yield as Yield
    from lintkit.python.edits import added_keywords as added_keywords
    from lintkit.python.environment_reads import READ_CALLS as READ_CALLS
    from lintkit.python.environment_reads import READER_CLASSES as READER_CLASSES
    from lintkit.python.environment_reads import EnvironmentRead as EnvironmentRead
    from lintkit.python.environment_reads import environment_read as environment_read
    from lintkit.python.guards import GuardNode as GuardNode
    from lintkit.python.handlers import handler_around as handler_around
    from lintkit.python.idioms import time_limits as time_limits
    from lintkit.python.idioms.blocking import FUNCTION_CALLS as FUNCTION_CALLS
    from lintkit.python.idioms.blocking import FUNCTIONS as FUNCTIONS
    from lintkit.python.idioms.blocking import MAIL_CONNECTIONS as MAIL_CONNECTIONS
    from lintkit.python.idioms.blocking import METHOD_CALLS as METHOD_CALLS
    from lintkit.python.idioms.blocking import blocking_method as blocking_method
    from lintkit.python.idioms.blocking import in_coroutine as in_coroutine
    from lintkit.python.idioms.blocking import is_awaited as is_awaited
    from lintkit.python.idioms.clients import CLIENT_CALLS as CLIENT_CALLS
    from lintkit.python.idioms.clients import CLIENT_TYPES as CLIENT_TYPES
    from lintkit.python.idioms.clients import HTTP_CALLS as HTTP_CALLS
    from lintkit.python.idioms.clients import HTTP_VERBS as HTTP_VERBS
    from lintkit.python.idioms.clients import holds as holds
    from lintkit.python.idioms.clients import is_client_call as is_client_call
    from lintkit.python.idioms.clients import is_client_module as is_client_module
    from lintkit.python.idioms.clients import is_http_method as is_http_method
    from lintkit.python.idioms.clients import service_of as service_of
    from lintkit.python.idioms.clients import talks_to as talks_to
    from lintkit.python.idioms.cors import AIOHTTP_CALLS as AIOHTTP_CALLS
    from lintkit.python.idioms.cors import CORS_CALLS as CORS_CALLS
    from lintkit.python.idioms.cors import DJANGO_ALL_SETTINGS as DJANGO_ALL_SETTINGS
    from lintkit.python.idioms.cors import DJANGO_LIST_SETTINGS as DJANGO_LIST_SETTINGS
    from lintkit.python.idioms.cors import DJANGO_REGEX_SETTINGS as DJANGO_REGEX_SETTINGS
    from lintkit.python.idioms.cors import FLASK as FLASK
    from lintkit.python.idioms.cors import QUART as QUART
    from lintkit.python.idioms.cors import STARLETTE as STARLETTE
    from lintkit.python.idioms.cors import CorsSetup as CorsSetup
    from lintkit.python.idioms.cors import Framework as Framework
    from lintkit.python.idioms.cors import cors_setup as cors_setup
    from lintkit.python.idioms.cors import credentials_setting as credentials_setting
    from lintkit.python.idioms.cors import falls_back_to_wildcard as falls_back_to_wildcard
    from lintkit.python.idioms.cors import is_setting as is_setting
    from lintkit.python.idioms.cors import is_wildcard as is_wildcard
    from lintkit.python.idioms.cors import matches_every_origin as matches_every_origin
    from lintkit.python.idioms.cors import resources as resources
    from lintkit.python.idioms.cors import settings_trigger as settings_trigger
    from lintkit.python.idioms.cors import weakness as weakness
    from lintkit.python.idioms.cors_headers import HEADER as HEADER
    from lintkit.python.idioms.cors_headers import sends_origin_back as sends_origin_back
    from lintkit.python.idioms.cors_headers import sent_header as sent_header
    from lintkit.python.idioms.defaults import literal_defaults as literal_defaults
    from lintkit.python.idioms.excepts import BROAD as BROAD
    from lintkit.python.idioms.excepts import EXITS as EXITS
    from lintkit.python.idioms.excepts import catches_everything as catches_everything
    from lintkit.python.idioms.excepts import is_retry as is_retry
    from lintkit.python.idioms.excepts import may_raise as may_raise
    from lintkit.python.idioms.health import HEALTH_TRIGGERS as HEALTH_TRIGGERS
    from lintkit.python.idioms.health import HealthCheck as HealthCheck
    from lintkit.python.idioms.health import health_checks as health_checks
    from lintkit.python.idioms.log_calls import LOG_CALLS as LOG_CALLS
    from lintkit.python.idioms.log_calls import is_log_call as is_log_call
    from lintkit.python.idioms.printed import logged as logged
    from lintkit.python.idioms.redis_clients import COMMON_COMMANDS as COMMON_COMMANDS
    from lintkit.python.idioms.redis_clients import command_trigger as command_trigger
    from lintkit.python.idioms.redis_clients import has_waiting_command as has_waiting_command
    from lintkit.python.idioms.redis_clients import is_redis_client as is_redis_client
    from lintkit.python.idioms.redis_clients import names_client as names_client
    from lintkit.python.idioms.redis_clients import redis_command as redis_command
    from lintkit.python.idioms.redis_clients import stays_in_module as stays_in_module
    from lintkit.python.idioms.redis_keys import key_of as key_of
    from lintkit.python.idioms.redis_keys import key_shape as key_shape
    from lintkit.python.idioms.redis_keys import key_text as key_text
    from lintkit.python.idioms.redis_keys import key_words as key_words
    from lintkit.python.idioms.redis_updates import COMMANDS as COMMANDS
    from lintkit.python.idioms.redis_updates import updates as updates
    from lintkit.python.idioms.servers import BIND_METHODS as BIND_METHODS
    from lintkit.python.idioms.servers import RUN_METHODS as RUN_METHODS
    from lintkit.python.idioms.servers import SERVER_CALLS as SERVER_CALLS
    from lintkit.python.idioms.servers import ServerStart as ServerStart
    from lintkit.python.idioms.servers import bound_host as bound_host
    from lintkit.python.idioms.servers import is_application as is_application
    from lintkit.python.idioms.servers import server_start as server_start
    from lintkit.python.idioms.startup import startup_around as startup_around
    from lintkit.python.idioms.time_limits import HANDING_ON as HANDING_ON
    from lintkit.python.idioms.time_limits import is_bounded as is_bounded
    from lintkit.python.idioms.time_limits import is_bounded_around as is_bounded_around
    from lintkit.python.idioms.tls import CONTEXTS as CONTEXTS
    from lintkit.python.idioms.tls import REQUIREMENTS as REQUIREMENTS
    from lintkit.python.idioms.tls import SWITCHED_OFF as SWITCHED_OFF
    from lintkit.python.idioms.tls import SWITCHED_ON as SWITCHED_ON
    from lintkit.python.idioms.tls import addresses as addresses
    from lintkit.python.idioms.tls import checks_nothing as checks_nothing
    from lintkit.python.idioms.tls import is_an_option as is_an_option
    from lintkit.python.idioms.tls import is_for_a_server as is_for_a_server
    from lintkit.python.idioms.tls import is_local as is_local
    from lintkit.python.idioms.tls import is_remote as is_remote
    from lintkit.python.idioms.tls import serves as serves
    from lintkit.python.idioms.tls import set_later as set_later
    from lintkit.python.idioms.tls import takes_verify as takes_verify
    from lintkit.python.idioms.web_names import ERROR_HANDLERS as ERROR_HANDLERS
    from lintkit.python.names import target_names as target_names
    from lintkit.python.receivers import calls_of as calls_of
    from lintkit.python.receivers import calls_on as calls_on
    from lintkit.python.receivers import class_attributes as class_attributes
    from lintkit.python.receivers import origin_names as origin_names
    from lintkit.python.receivers import origins as origins
    from lintkit.python.releases import COVERAGE_IGNORES_ITSELF as COVERAGE_IGNORES_ITSELF
    from lintkit.python.releases import PYTEST_IGNORES_ITSELF as PYTEST_IGNORES_ITSELF
    from lintkit.python.releases import PYTHON_WINDOWS_10 as PYTHON_WINDOWS_10
    from lintkit.python.releases import REDIS_TIMEOUTS as REDIS_TIMEOUTS
    from lintkit.python.releases import SQLALCHEMY_ORACLE as SQLALCHEMY_ORACLE
    from lintkit.python.releases import SQLALCHEMY_POSTGRESQL as SQLALCHEMY_POSTGRESQL
    from lintkit.python.releases import VENV_IGNORES_ITSELF as VENV_IGNORES_ITSELF
    from lintkit.python.returned import returned_values as returned_values
    from lintkit.python.settings import SettingNode as SettingNode
    from lintkit.python.settings import asks_for as asks_for
    from lintkit.python.settings import assigned_name as assigned_name
    from lintkit.python.settings import class_framework as class_framework
    from lintkit.python.settings import fields_of as fields_of
    from lintkit.python.settings import is_checked as is_checked
    from lintkit.python.settings import is_development_class as is_development_class
    from lintkit.python.settings import is_development_module as is_development_module
    from lintkit.python.settings import is_for_development as is_for_development
    from lintkit.python.settings import is_of_tests as is_of_tests
    from lintkit.python.settings import is_overridden_later as is_overridden_later
    from lintkit.python.settings import is_settings_module as is_settings_module
    from lintkit.python.settings import is_switched_for_production as is_switched_for_production
    from lintkit.python.settings import is_validated as is_validated
    from lintkit.python.settings import setting_at as setting_at
    from lintkit.python.spelling import last_name as last_name
    from lintkit.python.spelling import one_spelling as one_spelling
    from lintkit.python.systems import LINUX as LINUX
    from lintkit.python.systems import LINUX_KEEPALIVE as LINUX_KEEPALIVE
    from lintkit.python.systems import LINUX_TCP as LINUX_TCP
    from lintkit.python.systems import OPTIONS as OPTIONS
    from lintkit.python.systems import WINDOWS as WINDOWS
    from lintkit.python.systems import lacking as lacking
    from lintkit.python.systems import reached as reached
    from lintkit.python.triggers import Identifiers as Identifiers

PLACES = {
    "lintkit.python.allowlist": (
        "is_limited",
        "limits",
    ),
    "lintkit.python.arguments": ("Given",),
    "lintkit.python.branches": (
        "code_of_test",
        "in_development_branch",
        "scope_name",
    ),
    "lintkit.python.called": (
        "in_command",
        "is_command_module",
        "is_for_people",
        "is_one_off",
        "run_by_hand",
    ),
    "lintkit.python.code": (
        "Argument",
        "Assert",
        "Assignment",
        "Attribute",
        "Await",
        "Branch",
        "Call",
        "Case",
        "Choice",
        "Class",
        "Code",
        "Comparison",
        "Conditional",
        "Dict",
        "Discarded",
        "Entry",
        "Except",
        "Expression",
        "Finally",
        "For",
        "FormattedString",
        "Function",
        "If",
        "Jump",
        "Lambda",
        "List",
        "Loop",
        "MatchStatement",
        "Module",
        "Name",
        "Negation",
        "Operation",
        "Parameter",
        "Raise",
        "Return",
        "Setting",
        "String",
        "Subscript",
        "Text",
        "Try",
        "Tuple",
        "With",
        "Yield",
    ),
    "lintkit.python.edits": ("added_keywords",),
    "lintkit.python.environment_reads": (
        "EnvironmentRead",
        "READER_CLASSES",
        "READ_CALLS",
        "environment_read",
    ),
    "lintkit.python.guards": ("GuardNode",),
    "lintkit.python.handlers": ("handler_around",),
    "lintkit.python.idioms": ("time_limits",),
    "lintkit.python.idioms.blocking": (
        "FUNCTIONS",
        "FUNCTION_CALLS",
        "MAIL_CONNECTIONS",
        "METHOD_CALLS",
        "blocking_method",
        "in_coroutine",
        "is_awaited",
    ),
    "lintkit.python.idioms.clients": (
        "CLIENT_CALLS",
        "CLIENT_TYPES",
        "HTTP_CALLS",
        "HTTP_VERBS",
        "holds",
        "is_client_call",
        "is_client_module",
        "is_http_method",
        "service_of",
        "talks_to",
    ),
    "lintkit.python.idioms.cors": (
        "AIOHTTP_CALLS",
        "CORS_CALLS",
        "CorsSetup",
        "Framework",
        "DJANGO_ALL_SETTINGS",
        "DJANGO_LIST_SETTINGS",
        "DJANGO_REGEX_SETTINGS",
        "FLASK",
        "QUART",
        "STARLETTE",
        "cors_setup",
        "credentials_setting",
        "falls_back_to_wildcard",
        "is_setting",
        "is_wildcard",
        "matches_every_origin",
        "resources",
        "settings_trigger",
        "weakness",
    ),
    "lintkit.python.idioms.cors_headers": (
        "HEADER",
        "sends_origin_back",
        "sent_header",
    ),
    "lintkit.python.idioms.defaults": ("literal_defaults",),
    "lintkit.python.idioms.excepts": (
        "BROAD",
        "EXITS",
        "catches_everything",
        "is_retry",
        "may_raise",
    ),
    "lintkit.python.idioms.health": (
        "HEALTH_TRIGGERS",
        "HealthCheck",
        "health_checks",
    ),
    "lintkit.python.idioms.log_calls": (
        "LOG_CALLS",
        "is_log_call",
    ),
    "lintkit.python.idioms.printed": ("logged",),
    "lintkit.python.idioms.redis_clients": (
        "COMMON_COMMANDS",
        "command_trigger",
        "has_waiting_command",
        "is_redis_client",
        "names_client",
        "redis_command",
        "stays_in_module",
    ),
    "lintkit.python.idioms.redis_keys": (
        "key_of",
        "key_shape",
        "key_text",
        "key_words",
    ),
    "lintkit.python.idioms.redis_updates": (
        "COMMANDS",
        "updates",
    ),
    "lintkit.python.idioms.servers": (
        "BIND_METHODS",
        "RUN_METHODS",
        "SERVER_CALLS",
        "ServerStart",
        "bound_host",
        "is_application",
        "server_start",
    ),
    "lintkit.python.idioms.startup": ("startup_around",),
    "lintkit.python.idioms.time_limits": (
        "HANDING_ON",
        "is_bounded",
        "is_bounded_around",
    ),
    "lintkit.python.idioms.tls": (
        "CONTEXTS",
        "REQUIREMENTS",
        "SWITCHED_OFF",
        "SWITCHED_ON",
        "addresses",
        "checks_nothing",
        "is_an_option",
        "is_for_a_server",
        "is_local",
        "is_remote",
        "serves",
        "set_later",
        "takes_verify",
    ),
    "lintkit.python.idioms.web_names": ("ERROR_HANDLERS",),
    "lintkit.python.names": ("target_names",),
    "lintkit.python.receivers": (
        "calls_of",
        "calls_on",
        "class_attributes",
        "origin_names",
        "origins",
    ),
    "lintkit.python.releases": (
        "COVERAGE_IGNORES_ITSELF",
        "PYTEST_IGNORES_ITSELF",
        "PYTHON_WINDOWS_10",
        "REDIS_TIMEOUTS",
        "SQLALCHEMY_ORACLE",
        "SQLALCHEMY_POSTGRESQL",
        "VENV_IGNORES_ITSELF",
    ),
    "lintkit.python.returned": ("returned_values",),
    "lintkit.python.settings": (
        "SettingNode",
        "asks_for",
        "assigned_name",
        "class_framework",
        "fields_of",
        "is_checked",
        "is_development_class",
        "is_development_module",
        "is_for_development",
        "is_of_tests",
        "is_overridden_later",
        "is_settings_module",
        "is_switched_for_production",
        "is_validated",
        "setting_at",
    ),
    "lintkit.python.spelling": (
        "last_name",
        "one_spelling",
    ),
    "lintkit.python.systems": (
        "LINUX",
        "LINUX_KEEPALIVE",
        "LINUX_TCP",
        "OPTIONS",
        "WINDOWS",
        "lacking",
        "reached",
    ),
    "lintkit.python.triggers": ("Identifiers",),
}
"""Module -> the names of this page that stand in it."""

__getattr__ = attributes(__name__, PLACES)
