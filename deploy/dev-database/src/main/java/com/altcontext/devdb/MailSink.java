package com.altcontext.devdb;

import com.icegreen.greenmail.store.StoredMessage;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/**
 * A mail server for development: it accepts every mail from this machine, sends none on, and shows the last ones at an address. It
 * stays until it is stopped or its parent process is gone.
 */
public final class MailSink implements AutoCloseable {
    private static final String USAGE =
            "usage: java -cp dev-database.jar com.altcontext.devdb.MailSink SMTP-PORT HTTP-PORT";
    private static final int MAX_SHOWN = 100;
    private static final long STARTUP_MILLIS = 30_000;

    private final GreenMail smtp;
    private final HttpServer http;

    static {
        // SLF4J says on stderr that there is no logger.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
    }

    /** Listens on this machine alone; 0 is a free port. */
    public MailSink(int smtpPort, int httpPort) throws IOException {
        ServerSetup setup = new ServerSetup(smtpPort, "127.0.0.1", ServerSetup.PROTOCOL_SMTP);
        // On a busy machine its thread may take longer to start than the default of two seconds.
        setup.setServerStartupTimeout(STARTUP_MILLIS);
        smtp = new GreenMail(setup);
        smtp.start();
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), httpPort), 0);
        http.createContext("/", this::show);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.start();
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println(USAGE);
            System.exit(2);
        }
        var _ = new MailSink(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        ProcessHandle.current()
                .parent()
                .map(ProcessHandle::onExit)
                .orElseGet(CompletableFuture::new)
                .join();
        System.exit(0);
    }

    public int smtpPort() {
        return smtp.getSmtp().getPort();
    }

    public int httpPort() {
        return http.getAddress().getPort();
    }

    /** The last mails, the latest first. */
    private List<StoredMessage> latest() {
        return smtp.getManagers().getImapHostManager().getAllMessages().stream()
                .sorted(Comparator.comparing(StoredMessage::getReceivedDate).reversed())
                .limit(MAX_SHOWN)
                .toList();
    }

    private void show(HttpExchange exchange) throws IOException {
        try (exchange) {
            StringBuilder page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                    + "<title>Mails</title></head><body style=\"font:16px/1.5 sans-serif;margin:2em\"><h1>Mails, the latest"
                    + " first</h1>");
            List<StoredMessage> mails = latest();
            if (mails.isEmpty()) {
                page.append("<p>None yet. Reload this page after a form was sent.</p>");
            }
            for (StoredMessage mail : mails) {
                page.append(CaughtMail.of(mail.getMimeMessage()).html());
            }
            byte[] body = page.append("</body></html>\n").toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", "text/html; charset=utf-8");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        } catch (MessagingException unreadable) {
            throw new IOException(unreadable);
        }
    }

    @Override
    public void close() {
        smtp.stop();
        http.stop(0);
    }
}
