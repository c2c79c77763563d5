/* Texts of HTTP for http_differential.c: good ones, and those which parsers are attacked with. */
#ifndef HTTP_CORPUS_H
#define HTTP_CORPUS_H

#include <stdbool.h>
#include <stddef.h>

struct http_sample {
    bool request;
    size_t messages; /* which ours has to accept */
    const char *text;
};

static const struct http_sample http_samples[] = {
    {true, 1, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {true, 1, "GET /a?b=c&d=%20 HTTP/1.0\r\n\r\n"},
    {true, 1, "\r\n\r\nGET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"},
    {true, 1, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"},
    {true, 1, "GET http://a.example:80/x HTTP/1.1\r\nHost: a\r\n\r\n"},
    {true, 1, "GET http://a.example HTTP/1.1\r\nHost: a\r\n\r\n"},
    {true, 2, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"},
    {true, 1, "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"},
    {true, 2,
     "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcHEAD / HTTP/1.1\r\nHost: "
     "a\r\nConnection: close\r\n\r\n"},
    {true, 2,
     "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;n=v\r\n!"
     "\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
    {true, 1,
     "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\n"
     "X-Sum: 7\r\n\r\n"},
    {true, 1,
     "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
     "1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n"},
    {true, 1, "PUT /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok"},
    {true, 1, "GET / HTTP/1.1\r\nHost:\t a \t\r\nX:\r\nConnection: close, Upgrade\r\n\r\n"},
    {true, 1, "GET / HTTP/1.1\r\nHost: a\r\nX-Obs: \xc3\xa9\x80\r\n\r\n"},
    /* A message whose length can be read in two ways. */
    {true, 0, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"},
    {true, 0, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 4\r\n\r\nabcd"},
    {true, 0,
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
     "0\r\n\r\n"},
    {true, 0, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc"},
    {true, 0, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc"},
    {true, 0, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551619\r\n\r\nabc"},
    {true, 0, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
    {true, 0, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {true, 0, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"},
    {true, 0, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n"},
    {true, 0,
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n"},
    {true, 0,
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"},
    /* Lines that end or go on as they should not. */
    {true, 0, "GET / HTTP/1.1\nHost: a\n\n"},
    {true, 0, "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"},
    {true, 0, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
    {true, 0, "GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n"},
    {true, 0, "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n"},
    {true, 0, "GET / HTTP/1.1\r\nHost: a\r\n: none\r\n\r\n"},
    {true, 0, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
    {true, 0, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
    {true, 0, "GET / HTTP/1.1\r\n\r\n"},
    {true, 0, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
    {true, 0, "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
    {true, 0, "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"},
    {true, 0, "GET /\r\n\r\n"},
    {false, 1, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
    {false, 1, "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"},
    {false, 1, "HTTP/1.0 200 OK\r\n\r\nto the end"},
    {false, 2,
     "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"},
    {false, 2,
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
     "2\r\nab\r\n0\r\n\r\n"},
    {false, 1, "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"},
    {false, 0, "HTTP/1.1 2x0 OK\r\n\r\n"},
    {false, 0, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"},
    {false, 0, "200 OK\r\n\r\n"},
};

#define HTTP_SAMPLES (sizeof http_samples / sizeof *http_samples)

/* What mutations put in. */
static const char *const http_words[] = {
    "\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    ":",
    ",",
    ";",
    "0",
    "HTTP/1.0",
    "chunked",
    "\r\n\r\n",
    "Content-Length: 1\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "Connection: keep-alive\r\n",
    "Host: b\r\n",
    "\x7f",
    "\xff",
    "Upgrade: x\r\n",
    "#",
    "?",
};

#define HTTP_WORDS (sizeof http_words / sizeof *http_words)

#endif
