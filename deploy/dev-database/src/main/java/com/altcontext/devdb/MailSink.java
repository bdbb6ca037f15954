package com.altcontext.devdb;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;

/**
 * A mail server for development: it accepts every mail from this machine, sends none on, and shows the last ones at an address. It
 * stays until it is stopped or its parent process is gone.
 */
public final class MailSink implements AutoCloseable {
    private static final String USAGE =
            "usage: java -cp dev-database.jar com.altcontext.devdb.MailSink SMTP-PORT HTTP-PORT";
    private static final int MAX_KEPT = 100;

    private final Deque<CaughtMail> mails = new ConcurrentLinkedDeque<>();
    private final ServerSocket smtp;
    private final HttpServer http;

    /** Listens on this machine alone; 0 is a free port. */
    public MailSink(int smtpPort, int httpPort) throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        smtp = new ServerSocket(smtpPort, 50, here);
        http = HttpServer.create(new InetSocketAddress(here, httpPort), 0);
        http.createContext("/", this::show);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.start();
        Thread.ofVirtual().start(this::accept);
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
        return smtp.getLocalPort();
    }

    public int httpPort() {
        return http.getAddress().getPort();
    }

    private void accept() {
        while (!smtp.isClosed()) {
            try {
                Socket client = smtp.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** The few commands of RFC 5321 that a client needs. */
    private void serve(Socket client) {
        try (client) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            say(client, "220 mail sink");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String command = line.toUpperCase(Locale.ROOT);
                if (command.startsWith("DATA")) {
                    say(client, "354 end with a dot");
                    mails.addFirst(CaughtMail.read(content(in)));
                    while (mails.size() > MAX_KEPT) {
                        mails.removeLast();
                    }
                }
                say(client, command.startsWith("QUIT") ? "221 bye" : "250 ok");
                if (command.startsWith("QUIT")) {
                    return;
                }
            }
        } catch (IOException gone) {
            // The client has left.
        }
    }

    private static void say(Socket client, String line) throws IOException {
        client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static String content(BufferedReader in) throws IOException {
        StringBuilder content = new StringBuilder();
        for (String line = in.readLine(); line != null && !line.equals("."); line = in.readLine()) {
            content.append(line.startsWith(".") ? line.substring(1) : line).append('\n');
        }
        return content.toString();
    }

    private void show(HttpExchange exchange) throws IOException {
        try (exchange) {
            StringBuilder page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                    + "<title>Mails</title></head><body style=\"font:16px/1.5 sans-serif;margin:2em\"><h1>Mails, the latest"
                    + " first</h1>");
            if (mails.isEmpty()) {
                page.append("<p>None yet. Reload this page after a form was sent.</p>");
            }
            mails.forEach(mail -> page.append(mail.html()));
            byte[] body = page.append("</body></html>\n").toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", "text/html; charset=utf-8");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() throws IOException {
        smtp.close();
        http.stop(0);
    }
}
