# The image of the service.
FROM python:3.11-slim AS build

ARG VERSION=1.0
ENV PYTHONUNBUFFERED=1 \
    NAME="the service"
WORKDIR /app

COPY requirements.txt .
# tools first, they change least
RUN apt-get update && apt-get install -y --no-install-recommends gcc \
    && rm -rf /var/lib/apt/lists/* \
    && echo "done" 'really'
RUN pip install --no-cache-dir -r requirements.txt
COPY . .

FROM python:3.11-slim
COPY --from=build /app /app
LABEL maintainer="nobody@example.org"
EXPOSE 8000
USER nobody
VOLUME ["/data"]
HEALTHCHECK --interval=30s CMD curl -f http://localhost:8000/ || exit 1
ENTRYPOINT ["python", "-m", "service"]
CMD ["--port", "8000"]
