# Chores in one word each: `just` lists them.
default:
    @just --list

# Everything a change must pass
check:
    npm run check

# All tests, or those of the paths given
test *paths:
    npx vitest run {{ paths }}

# Lay the files out and write the generated pages again
write:
    npm run format
    npm run docs

# The whole service on a simulated market
demo *options:
    npm run demo -- {{ options }}

# A benchmark: just bench replay
bench name *options:
    npm run bench -- {{ name }} {{ options }}

# The rules of Prometheus and the routes of Alertmanager, by their own tools
rules:
    promtool check rules --lint=all --lint-fatal prometheus/rules/*.yml
    promtool test rules prometheus/tests/*.yml
    amtool check-config alertmanager/alertmanager.yml

# The server: secrets made, containers up
up *services:
    scripts/make-secrets
    docker compose up -d --build {{ services }}

# The server's containers down; what they kept stays
down:
    docker compose down
