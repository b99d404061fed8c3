#include "support/tls_server.h"

#include "support/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace lampjack::support {

struct Certificate::Parts {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* x509 = X509_new();
    ~Parts() {
        X509_free(x509);
        EVP_PKEY_free(key);
    }
};

namespace {

void add_extension(X509* x509, int what, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str());
    if (extension == nullptr || X509_add_ext(x509, extension, -1) != 1) std::abort();
    X509_EXTENSION_free(extension);
}

bool is_address(const std::string& name) {
    in_addr address{};
    return inet_pton(AF_INET, name.c_str(), &address) == 1;
}

}  // namespace

Certificate::Certificate(const std::string& name, long from, long to)
    : parts_(std::make_unique<Parts>()) {
    X509* x509 = parts_->x509;
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), random());
    X509_gmtime_adj(X509_getm_notBefore(x509), from);
    X509_gmtime_adj(X509_getm_notAfter(x509), to);
    X509_NAME* subject = X509_get_subject_name(x509);
    const std::string whole = name + " until " + std::to_string(to);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(whole.c_str()), -1, -1, 0);
    X509_set_issuer_name(x509, subject);
    X509_set_pubkey(x509, parts_->key);
    add_extension(x509, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(x509, NID_subject_alt_name, (is_address(name) ? "IP:" : "DNS:") + name);
    if (X509_sign(x509, parts_->key, EVP_sha256()) == 0) std::abort();
}
Certificate::~Certificate() = default;

std::string Certificate::pem() const {
    BIO* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(memory, parts_->x509);
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(memory, &bytes);
    std::string text(bytes, static_cast<std::size_t>(length));
    BIO_free(memory);
    return text;
}

struct TlsServer::Context {
    SSL_CTX* ssl = SSL_CTX_new(TLS_server_method());
    ~Context() { SSL_CTX_free(ssl); }
};

TlsServer::TlsServer(const Certificate& certificate) : context_(std::make_unique<Context>()) {
    if (SSL_CTX_use_certificate(context_->ssl, certificate.parts().x509) != 1 ||
        SSL_CTX_use_PrivateKey(context_->ssl, certificate.parts().key) != 1)
        std::abort();
    const Listener listener = listen_on_loopback();
    listener_ = listener.fd;
    port_ = listener.port;
    thread_ = std::thread([this] { run(); });
}

TlsServer::~TlsServer() {
    ending_ = true;
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
}

void TlsServer::run() {
    sigset_t broken_pipe;  // OpenSSL writes without MSG_NOSIGNAL
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    while (!ending_) {
        const int fd = accept(listener_, nullptr, nullptr);
        if (fd < 0) return;
        const timeval patience{5, 0};  // a client that hangs must not keep the test from ending
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        serve(fd);
        close(fd);
    }
}

void TlsServer::serve(int fd) {
    SSL* ssl = SSL_new(context_->ssl);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1) {
        std::string head;
        char bytes[4096];
        for (int count = 0; head.find("\r\n\r\n") == std::string::npos &&
                            (count = SSL_read(ssl, bytes, sizeof bytes)) > 0;)
            head.append(bytes, static_cast<std::size_t>(count));
        if (!head.empty()) ++requests_;
        constexpr std::string_view answer =
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
        SSL_write(ssl, answer.data(), static_cast<int>(answer.size()));
        SSL_shutdown(ssl);
        while (SSL_read(ssl, bytes, sizeof bytes) > 0) {}  // unread bytes would end it with a reset
    }
    SSL_free(ssl);
}

}  // namespace lampjack::support
