/* A load server that sends vLLM's bytes, from one thread, faster than any client can read them.
 *
 *     load_server STREAM_FILE PLAIN_FILE
 *
 * It prints "listening PORT" and serves 127.0.0.1 until its stdin ends. "model" in the body selects
 * the answer:
 *
 *     stream:TOKENS[:MS]   a streamed chat, one HTTP chunk and one send() per token, MS between two
 *     plain[:MS]           a plain answer after MS milliseconds, one send() each for head and body
 *
 * GET /stats answers {"cpu", "connections", "peak", "tokens", "answers", "late_ms"} since the last
 * /stats: the CPU seconds of this process, the maximum of open connections, the maximum of requests
 * in flight, the sent tokens and answers, and the maximum delay of its own timers.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_FDS = 20000, INPUT = 65536, BURST = 64, EVENTS = 1024 };

typedef struct { char *bytes; size_t length; } Piece;
typedef struct { long long at; int fd; unsigned generation; } Timer;
typedef enum { READING, STREAMING, PLAIN } State;

typedef struct {
    State state;
    unsigned generation; /* distinguishes timers of an earlier connection with this fd */
    char *input;
    size_t filled;
    long tokens, next, pieces; /* of a stream: 0 head, 1 role, 2.. tokens, then the tail */
    long long pace, started;
    size_t offset; /* bytes of the next piece that have been sent */
    int usage, waits_for_room, queued;
} Connection;

static Connection connections[MOST_FDS];
static Piece role, *tokens, tail, tail_with_usage, stream_head, plain_head, plain_body;
static int token_kinds, poller;
static Timer heap[MOST_FDS * 2];
static int heap_size;
static int ready[MOST_FDS], ready_size;
static struct {
    long tokens, answers, in_flight, peak, connections, peak_connections;
    long long late;
    double cpu;
} stats;

static long long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static double cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(1); }
    char *text = calloc(1, 1 << 20);
    if (!fread(text, 1, (1 << 20) - 1, file)) exit(1);
    fclose(file);
    return text;
}

static Piece http_chunk(const char *text, size_t length) {
    Piece piece = { malloc(length + 16), 0 };
    piece.length = sprintf(piece.bytes, "%zx\r\n", length);
    memcpy(piece.bytes + piece.length, text, length);
    memcpy(piece.bytes + piece.length + length, "\r\n", 2);
    piece.length += length + 2;
    return piece;
}

static Piece join(Piece a, Piece b) {
    Piece both = { malloc(a.length + b.length), a.length + b.length };
    memcpy(both.bytes, a.bytes, a.length);
    memcpy(both.bytes + a.length, b.bytes, b.length);
    return both;
}

/* The recording is: role, tokens, finish, usage, [DONE]. If more tokens are requested, they repeat. */
static void load_stream(char *text) {
    static Piece all[4096];
    int count = 0;
    for (char *end; (end = strstr(text, "\n\n")) && count < 4096; text = end + 2)
        all[count++] = http_chunk(text, end + 2 - text);
    if (count < 5) { fprintf(stderr, "the recorded stream is too short\n"); exit(1); }
    role = all[0];
    tokens = all + 1;
    token_kinds = count - 4;
    Piece end = join(all[count - 1], (Piece){ "0\r\n\r\n", 5 });
    tail = join(all[count - 3], end);
    tail_with_usage = join(join(all[count - 3], all[count - 2]), end);
}

static void write_heads(void) {
    static time_t written;
    time_t second = time(NULL);
    if (second == written) return;
    written = second;
    char date[64];
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&second));
    stream_head.length = sprintf(stream_head.bytes,
        "HTTP/1.1 200 OK\r\ndate: %s\r\nserver: uvicorn\r\n"
        "content-type: text/event-stream; charset=utf-8\r\nvary: Origin\r\n"
        "transfer-encoding: chunked\r\n\r\n", date);
    plain_head.length = sprintf(plain_head.bytes,
        "HTTP/1.1 200 OK\r\ndate: %s\r\nserver: uvicorn\r\ncontent-length: %zu\r\n"
        "content-type: application/json\r\nvary: Origin\r\n\r\n", date, plain_body.length);
}

static void set_timer(int fd, long long at) {
    int child = heap_size++;
    for (; child && heap[(child - 1) / 2].at > at; child = (child - 1) / 2)
        heap[child] = heap[(child - 1) / 2];
    heap[child] = (Timer){ at, fd, connections[fd].generation };
}

static Timer pop_timer(void) {
    Timer first = heap[0], last = heap[--heap_size];
    int parent = 0;
    for (int child; (child = 2 * parent + 1) < heap_size; parent = child) {
        if (child + 1 < heap_size && heap[child + 1].at < heap[child].at) child++;
        if (heap[child].at >= last.at) break;
        heap[parent] = heap[child];
    }
    heap[parent] = last;
    return first;
}

static void watch(int fd, int operation, unsigned what) {
    struct epoll_event event = { .events = what, .data.fd = fd };
    epoll_ctl(poller, operation, fd, &event);
}

static void drop(int fd) {
    Connection *c = &connections[fd];
    if (c->state != READING) stats.in_flight--;
    stats.connections--;
    free(c->input);
    *c = (Connection){ .generation = c->generation + 1, .queued = c->queued };
    close(fd);
}

static Piece next_piece(const Connection *c) {
    if (c->state == PLAIN) return c->next ? plain_body : plain_head;
    if (c->next == 0) return stream_head;
    if (c->next == 1) return role;
    if (c->next < c->tokens + 2) return tokens[(c->next - 2) % token_kinds];
    return c->usage ? tail_with_usage : tail;
}

/* When the next piece may be sent: tokens are paced from the request on, other pieces are not. */
static long long due(const Connection *c) {
    if (c->state == PLAIN) return c->started + c->pace;
    if (c->next < 2 || c->next >= c->tokens + 2) return 0;
    return c->started + (c->next - 2) * c->pace;
}

static void enqueue(int fd) {
    if (!connections[fd].queued) ready[ready_size++] = fd;
    connections[fd].queued = 1;
}

static void advance(int fd) {
    Connection *c = &connections[fd];
    for (int burst = 0; c->state != READING; burst++) {
        if (burst == BURST) { enqueue(fd); return; }
        if (c->pace && due(c) > now()) { set_timer(fd, due(c)); return; }
        Piece piece = next_piece(c);
        ssize_t sent = send(fd, piece.bytes + c->offset, piece.length - c->offset, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) { drop(fd); return; }
        if (sent > 0) c->offset += sent;
        if (c->offset < piece.length) {
            c->waits_for_room = 1;
            watch(fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            return;
        }
        c->offset = 0;
        c->next++;
        if (c->next < c->pieces) continue;
        stats.answers++;
        stats.tokens += c->state == STREAMING ? c->tokens : 0;
        stats.in_flight--;
        c->state = READING;
    }
}

static void answer_stats(int fd) {
    char body[256], text[512];
    double cpu = cpu_seconds();
    int length = sprintf(body,
        "{\"cpu\": %.6f, \"connections\": %ld, \"peak\": %ld, \"tokens\": %ld, \"answers\": %ld, "
        "\"late_ms\": %.3f}",
        cpu - stats.cpu, stats.peak_connections, stats.peak, stats.tokens,
        stats.answers, stats.late / 1e6);
    length = sprintf(text, "HTTP/1.1 200 OK\r\ncontent-length: %d\r\n"
                           "content-type: application/json\r\n\r\n%s", length, body);
    if (send(fd, text, length, MSG_NOSIGNAL) < 0) drop(fd);
    stats.cpu = cpu;
    stats.tokens = stats.answers = stats.late = 0;
    stats.peak = stats.in_flight;
    stats.peak_connections = stats.connections;
}

static void answer_not_found(int fd) {
    const char *text = "HTTP/1.1 404 Not Found\r\nserver: uvicorn\r\ncontent-length: 22\r\n"
                       "content-type: application/json\r\n\r\n{\"detail\":\"Not Found\"}";
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0) drop(fd);
}

static void start(int fd, const char *body) {
    Connection *c = &connections[fd];
    long milliseconds = 0;
    const char *model = strstr(body, "\"model\"");
    model = model ? strchr(model + 7, '"') : NULL;
    c->tokens = c->next = 0;
    if (model && sscanf(model, "\"stream:%ld:%ld", &c->tokens, &milliseconds) >= 1)
        c->state = STREAMING;
    else if (model && !strncmp(model, "\"plain", 6)) {
        sscanf(model, "\"plain:%ld", &milliseconds);
        c->state = PLAIN;
    } else { answer_not_found(fd); return; }
    c->usage = strstr(body, "\"include_usage\":true") || strstr(body, "\"include_usage\": true");
    c->pieces = c->state == STREAMING ? c->tokens + 3 : 2;
    c->pace = milliseconds * 1000000LL;
    c->started = now();
    if (++stats.in_flight > stats.peak) stats.peak = stats.in_flight;
    advance(fd);
}

static void take_request(int fd) {
    Connection *c = &connections[fd];
    c->input[c->filled] = 0;
    char *end = strstr(c->input, "\r\n\r\n");
    if (!end) return;
    char *field = strcasestr(c->input, "\r\ncontent-length:");
    size_t head = end + 4 - c->input;
    size_t body = field && field < end ? strtoul(field + 17, NULL, 10) : 0;
    if (c->filled < head + body) return;
    c->filled = 0; /* clients do not pipeline */
    if (!strncmp(c->input, "GET /stats", 10)) answer_stats(fd);
    else if (!strncmp(c->input, "POST ", 5)) start(fd, c->input + head);
    else answer_not_found(fd);
}

static void receive(int fd) {
    Connection *c = &connections[fd];
    if (!c->input) c->input = malloc(INPUT + 1);
    ssize_t got = recv(fd, c->input + c->filled, INPUT - c->filled, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) { drop(fd); return; }
    c->filled += got;
    if (c->state == READING) take_request(fd);
}

static void accept_all(int listener) {
    for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        if (fd >= MOST_FDS) { close(fd); continue; }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
        watch(fd, EPOLL_CTL_ADD, EPOLLIN);
        stats.connections++;
        if (stats.connections > stats.peak_connections) stats.peak_connections = stats.connections;
    }
}

static void on_event(int fd, unsigned what) {
    Connection *c = &connections[fd];
    if (what & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(fd);
    if (!(what & EPOLLOUT) || !c->waits_for_room) return;
    c->waits_for_room = 0;
    watch(fd, EPOLL_CTL_MOD, EPOLLIN);
    advance(fd);
}

static void run_timers(void) {
    for (long long at = now(); heap_size && heap[0].at <= at;) {
        Timer timer = pop_timer();
        if (connections[timer.fd].generation != timer.generation) continue;
        if (at - timer.at > stats.late) stats.late = at - timer.at;
        advance(timer.fd);
    }
}

static void run_ready(void) {
    static int batch[MOST_FDS];
    int size = ready_size;
    memcpy(batch, ready, size * sizeof *ready);
    ready_size = 0;
    for (int i = 0; i < size; i++) {
        connections[batch[i]].queued = 0;
        if (!connections[batch[i]].waits_for_room) advance(batch[i]);
    }
}

static int patience_ms(void) {
    if (ready_size) return 0;
    long long wait = heap_size ? heap[0].at - now() : 1000000000LL;
    return wait < 0 ? 0 : (int)(wait / 1000000) + 1;
}

static int listen_on_loopback(void) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    if (bind(listener, (void *)&address, size) || listen(listener, 4096)) { perror("listen"); exit(1); }
    getsockname(listener, (void *)&address, &size);
    printf("listening %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int count, char **arguments) {
    if (count != 3) { fprintf(stderr, "usage: load_server STREAM_FILE PLAIN_FILE\n"); return 2; }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    load_stream(read_file(arguments[1]));
    char *plain = read_file(arguments[2]);
    plain_body = (Piece){ plain, strlen(plain) };
    stream_head.bytes = malloc(512);
    plain_head.bytes = malloc(512);
    poller = epoll_create1(0);
    int listener = listen_on_loopback();
    watch(listener, EPOLL_CTL_ADD, EPOLLIN);
    watch(0, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        static struct epoll_event events[EVENTS];
        int happened = epoll_wait(poller, events, EVENTS, patience_ms());
        write_heads();
        for (int i = 0; i < happened; i++) {
            if (events[i].data.fd == 0) return 0;
            if (events[i].data.fd == listener) accept_all(listener);
            else on_event(events[i].data.fd, events[i].events);
        }
        run_timers();
        run_ready();
    }
}
