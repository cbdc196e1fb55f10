# One image for every role: WEIR_ROLES says what a container does.
FROM maven:3.9.11-eclipse-temurin-25 AS build
WORKDIR /build
COPY pom.xml .
COPY .mvn .mvn
COPY cluster-config cluster-config
COPY inference-actors inference-actors
COPY orchestrator orchestrator
COPY gateway-node gateway-node
COPY bench/pom.xml bench/pom.xml
# MAVEN_ARGUMENTS: "-s /run/secrets/settings" with --secret id=settings,src=…, where Maven Central is behind a mirror.
ARG MAVEN_ARGUMENTS=""
RUN --mount=type=cache,target=/var/cache/maven --mount=type=secret,id=settings \
    MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow" \
    mvn -B -q -Dstyle.color=never -Dmaven.repo.local=/var/cache/maven -DskipTests $MAVEN_ARGUMENTS -pl gateway-node -am package
# What others wrote seldom changes and is a layer of its own.
RUN mkdir -p /weir/app \
 && mv gateway-node/target/lib /weir/lib \
 && mv /weir/lib/cluster-config-*.jar /weir/lib/inference-actors-*.jar /weir/lib/orchestrator-*.jar /weir/app/ \
 && mv gateway-node/target/gateway-node-*.jar /weir/app/

FROM eclipse-temurin:25-jre
RUN groupadd --system --gid 10001 weir \
 && useradd --system --uid 10001 --gid weir --no-create-home --home-dir /var/lib/weir --shell /usr/sbin/nologin weir \
 && install -d -o weir -g weir /var/lib/weir
COPY --from=build /weir/lib /opt/weir/lib
COPY --from=build /weir/app /opt/weir/app
COPY deploy/health /opt/weir/health
USER 10001:10001
WORKDIR /var/lib/weir
ENV CLASSPATH=/opt/weir/app/*:/opt/weir/lib/*
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=120s --retries=3 CMD ["/opt/weir/health", "live"]
# JDK_JAVA_OPTIONS adds to these. The heap is a share of the container's memory; the rest is for buffers and threads.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "dev.weir.gateway.node.Main"]
