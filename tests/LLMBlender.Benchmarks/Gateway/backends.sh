# Sourced by overhead.sh and tls.sh: scripted backends that answer at once (nginx), the settings of panels of them, and the median.

answer() { # a model's whole answer
    printf '{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":12,"total_tokens":22}}' "$1"
}

start_backends() { # folder, port, port of a reverse proxy before them: /a, /b and /c answer as servers of OpenAI's API
    cat >"$1/nginx.conf" <<END
pid $1/nginx.pid; error_log $1/nginx.log; worker_processes 1; daemon on;
events { worker_connections 1024; }
http {
    access_log off; default_type application/json; keepalive_requests 1000000;
    client_body_temp_path $1/b; proxy_temp_path $1/p; fastcgi_temp_path $1/f; uwsgi_temp_path $1/u; scgi_temp_path $1/s;
    upstream backends { server 127.0.0.1:$2; keepalive 64; }
    server {
        listen 127.0.0.1:$2;
        location /a/ { return 200 '$(answer "Paris is the capital of France, and its largest city.")'; }
        location /b/ { return 200 '$(answer "The capital is Paris.")'; }
        location /c/ { return 200 '$(answer "France has had several capitals; today it is Paris, on the Seine.")'; }
    }
    server {
        listen 127.0.0.1:$3;
        location / { proxy_pass http://backends; proxy_http_version 1.1; proxy_set_header Connection ""; }
    }
}
END
    nginx -c "$1/nginx.conf"
    cat >"$1/settings.json" <<END
{ "LLMBlender": { "Discover": false,
  "Backends": [ { "Name": "a", "Model": "m", "Url": "http://127.0.0.1:$2/a/v1" },
                { "Name": "b", "Model": "m", "Url": "http://127.0.0.1:$2/b/v1" },
                { "Name": "c", "Model": "m", "Url": "http://127.0.0.1:$2/c/v1" } ],
  "Panels": [ { "Name": "one", "Members": ["a"], "Fuser": "select" },
              { "Name": "three", "Members": ["a", "b", "c"], "Fuser": "select" } ] } }
END
}

# Of awk: the median of numbers with spaces between.
median='function median(list, n,   i, j, t, v) { n = split(list, v, " "); for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j-1] + 0 > v[j] + 0; j--) { t = v[j]; v[j] = v[j-1]; v[j-1] = t }
    return n % 2 ? v[(n + 1) / 2] + 0 : (v[n / 2] + v[n / 2 + 1]) / 2 }'
