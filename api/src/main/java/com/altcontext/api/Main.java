package com.altcontext.api;

import com.altcontext.api.config.ConfigCheck;
import com.altcontext.api.config.VariablesConfigSource;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Checks the configuration before anything is started, and reports all its faults at once. With
 * {@value #CHECK_SETTINGS} it does only that: exit 0 when the service would start with this environment, else 1.
 */
@QuarkusMain
public class Main {
    private static final int MISCONFIGURED = 1;
    private static final String CHECK_SETTINGS = "--check-settings";

    @SuppressWarnings("SystemOut") // There is no logger before there is a configuration.
    public static void main(String[] args) {
        boolean checkOnly = args.length == 1 && args[0].equals(CHECK_SETTINGS);
        List<String> faults = ConfigCheck.faults(System::getenv);
        if (faults.isEmpty() && !checkOnly) {
            faults = takenPorts(VariablesConfigSource.of(System::getenv));
        }
        if (!faults.isEmpty()) {
            faults.forEach(fault -> System.err.println("altcontext: " + fault));
            System.exit(MISCONFIGURED);
        }
        if (checkOnly) {
            System.err.println("altcontext: the service would start with these settings");
            return;
        }
        // Otherwise Quarkus answers URLs that java.net.URI refuses (a | in a query) with an empty body, before
        // RequestFilter runs.
        System.setProperty("vertx.disableURIValidation", "true");
        Quarkus.run(args);
    }

    /** Reports ports that cannot be opened. Quarkus would report them with a stack trace that names no variable. */
    private static List<String> takenPorts(ConfigSource config) {
        List<String> faults = new ArrayList<>();
        if (System.setProperty("altcontext.ports-checked", "true") != null) {
            return faults; // In dev mode, each reload runs this again while the server of this process listens.
        }
        String host = config.getValue("quarkus.http.host");
        if (!isLocal(host)) {
            faults.add("HOST must be an address of this machine, such as 0.0.0.0");
            return faults;
        }
        Map.of("PORT", "quarkus.http.port", "MANAGEMENT_PORT", "quarkus.management.port")
                .forEach((variable, property) -> {
                    int port = Integer.parseInt(config.getValue(property));
                    try (ServerSocket trial = new ServerSocket()) {
                        // As the server itself does, so that recently closed connections do not block the port.
                        trial.setReuseAddress(true);
                        trial.bind(new InetSocketAddress(host, port));
                    } catch (BindException taken) {
                        faults.add(variable + ": port " + port
                                + " cannot be opened, most likely because another process is listening on it: stop that process, or set "
                                + variable + " to another port");
                    } catch (IOException unknown) {
                        // The server will report it.
                    }
                });
        return faults;
    }

    /** Whether it is an address of this machine, on which a port can be opened. */
    private static boolean isLocal(String host) {
        try (ServerSocket trial = new ServerSocket()) {
            trial.bind(new InetSocketAddress(host, 0));
            return true;
        } catch (IOException notLocal) {
            return false;
        }
    }
}
