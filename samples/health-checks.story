# Three health checks of load balancers: two speak HTTP, one of them to a server that wants a WebSocket, and the third only opens and closes.
want counters connections=3 requests=2 responses=2 handshakes=0
want findings none

leg classic     10.0.1.1:50001 -> 10.0.1.2:80
leg application 10.0.1.3:50002 -> 10.0.1.2:8080
leg tcp         10.0.1.1:50003 -> 10.0.1.2:80

classic     > GET /health HTTP/1.1
            > host: 10.0.1.2
            > User-Agent: ELB-HealthChecker/1.0
            > Accept: */*
            > Connection: keep-alive
            >
classic     < HTTP/1.1 200 OK
            < Content-Length: 0
            <
application > GET / HTTP/1.1
            > Host: 10.0.1.2:8080
            > Connection: close
            > User-Agent: ELB-HealthChecker/2.0
            > Accept-Encoding: gzip, compressed
            >
application < HTTP/1.1 426 Upgrade Required
            < Content-Length: *
            <
            < Upgrade Required
application: server closes
application: client closes
tcp: client opens
tcp: client closes
tcp: server closes
