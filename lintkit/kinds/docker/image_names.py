"""What the name of an image says: which repository it is of, and whether that is one that is published anywhere."""

from __future__ import annotations

import re

_MOVING_TAG = re.compile(
    r"(?:(?!v?\d[\d.]*-)[\w.-]+-)?(?:latest|main|master|develop|head|edge|nightly)|canary|dev|rolling|stable|staging|trunk|unstable"
)
_OFFICIAL = frozenset(
    """adminer aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux azul-zulu
    backdrop bash bonita buildpack-deps busybox caddy cassandra centos chronograf cirros clearlinux clefos clickhouse
    clojure composer consul convertigo couchbase couchdb crate dart debian docker drupal eclipse-mosquitto
    eclipse-temurin eggdrop elasticsearch elixir emqx erlang espocrm express-gateway fedora flink fluentd friendica
    gazebo gcc geonetwork ghost golang gradle groovy haproxy haskell haxe hello-world hitch httpd hylang
    ibm-semeru-runtimes ibmjava influxdb iojs irssi java jenkins jetty jobber joomla jruby julia kapacitor kibana kong
    krakend lightstreamer liquibase logstash mageia mariadb matomo maven mediawiki memcached mongo mongo-express monica
    mono mysql nats nats-streaming neo4j neurodebian nextcloud nginx nim node notary nuxeo odoo open-liberty openjdk
    opensuse oraclelinux orientdb owncloud percona perl photon php php-zendserver phpmyadmin piwik plone postfixadmin
    postgres pypy python r-base rabbitmq rails rakudo-star redis redmine registry rethinkdb rocket.chat rockylinux ros
    ruby rust sapmachine satosa sentry silverpeas sl solr sonarqube sourcemage spark spiped storm swarm swift swipl
    teamspeak telegraf thrift tomcat tomee traefik ubuntu ubuntu-debootstrap unit varnish vault websphere-liberty
    wordpress xwiki yourls znc zookeeper""".split()  # noqa: SIM905
)
"""The images of Docker Hub without a namespace, of today and of before; only Docker gives names there."""


def repository(image: str) -> str:
    """The name of an image without tag and digest, and without the names that Docker Hub may be called by.

    >>> repository("docker.io/library/python:3.12"), repository("registry:5000/web@sha256:9f2a"), repository("redis")
    ('python', 'registry:5000/web', 'redis')
    """
    head, slash, last = image.partition("@")[0].rpartition("/")
    name = head + slash + last.partition(":")[0]
    for prefix in ("docker.io/", "index.docker.io/", "library/"):
        name = name.removeprefix(prefix)
    return name


def is_moving_tag(tag: str) -> bool:
    """Whether a tag is one that is pushed again and again: the name of a branch or of a channel, no version.

    The newest build of a version (`v1.37-latest`) moves no further than the version itself.

    >>> [is_moving_tag(tag) for tag in ("latest", "cpu-latest", "stable", "1.4-dev", "v1.37-latest")]
    [True, True, True, False, False]
    """
    return _MOVING_TAG.fullmatch(tag) is not None


def is_official(image: str) -> bool:
    """Whether an image is one of Docker Hub's own."""
    return repository(image).lower() in _OFFICIAL


_OF_OTHERS = frozenset(
    """bitnami grafana prom confluentinc quay.io mcr.microsoft.com registry.k8s.io k8s.gcr.io""".split()  # noqa: SIM905
)
"""Registries and namespaces that publish for everybody."""


def is_public(image: str) -> bool:
    """Whether an image is one of the well-known public ones rather than a repository's own.

    >>> is_public("docker.io/library/redis:7"), is_public("quay.io/acme/api"), is_public("ghcr.io/acme/api")
    (True, True, False)
    """
    return is_official(image) or repository(image).partition("/")[0] in _OF_OTHERS


def is_local(image: str) -> bool:
    """Whether an image can only be one that was built on the same machine: no registry has a name like it.

    >>> is_local("shop-base"), is_local("shop-base:latest"), is_local("python"), is_local("shop/base")
    (True, True, False, False)
    """
    name = repository(image)
    return "/" not in name and name.lower() not in _OFFICIAL
