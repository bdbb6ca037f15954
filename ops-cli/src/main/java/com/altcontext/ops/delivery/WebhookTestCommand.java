package com.altcontext.ops.delivery;

import com.altcontext.delivery.WebhookEvent;
import com.altcontext.delivery.Webhooks;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Sends a message to try a webhook out. */
@Command(
        name = "test",
        description = {
            "Has the service send a signed message of type " + WebhookEvent.TEST + ", and reports the result.",
            "Exit 3 when the receiver did not accept it, or the service has not sent it within 30 seconds."
        },
        footer = {"", "Example:", "  altops webhook test crm", "  altops webhook test LEAD_WEBHOOK_URL"})
final class WebhookTestCommand implements Runnable {
    private static final Duration MAX_WAIT = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final CommandContext context;

    @Parameters(paramLabel = "NAME", description = "The webhook's name.")
    private String name = "";

    WebhookTestCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        @Nullable String destination = WebhookCommand.destination(name);
        UUID message = context.sql().inTransaction(tx -> {
            if (destination != null && Webhooks.find(tx, destination).isEmpty()) {
                throw WebhookCommand.unknown(name);
            }
            return Webhooks.putTest(tx, destination, context.now());
        });
        Optional<String> failure;
        try (var _ = context.output().progress("waiting for the service to send it")) {
            failure = await(message);
        }
        if (failure.isPresent()) {
            var _ = context.sql().inTransaction(tx -> {
                Webhooks.drop(tx, message);
                return true;
            });
            throw failure.get().isEmpty()
                    ? new Failure(
                            Exit.CHECK_FAILED,
                            "the service has not sent the message within " + MAX_WAIT.toSeconds() + " seconds",
                            "check that it runs and reaches the database")
                    : new Failure(
                            Exit.CHECK_FAILED,
                            "the message was not delivered: " + failure.get(),
                            "check that the address is right, and that the receiver answers 2xx to a valid signature");
        }
        context.output()
                .print(
                        JsonObject.ok(true).with("delivered", true).with("id", message),
                        List.of("delivered, webhook-id " + message));
    }

    /** Waits for the result. Nothing if the message was delivered, an empty text if it was not sent, else why it failed. */
    private Optional<String> await(UUID message) {
        long end = System.nanoTime() + MAX_WAIT.toNanos();
        Optional<String> failure = failure(message);
        while (failure.isPresent() && failure.get().isEmpty() && System.nanoTime() < end) {
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return failure;
            }
            failure = failure(message);
        }
        return failure;
    }

    private Optional<String> failure(UUID message) {
        return context.sql().inTransaction(tx -> Webhooks.failure(tx, message));
    }
}
