package com.altcontext.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;

class AttemptTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private static Attempt failed(Throwable cause) {
        return Attempt.failed(cause);
    }

    @Test
    void a_failure_is_described_in_words_without_the_address() {
        Throwable refused = catchThrowable(() -> new Socket(HERE, 1).close());
        Throwable unknown = catchThrowable(() -> InetAddress.getAllByName("no such host"));

        assertThat(failed(refused)).isEqualTo(new Attempt(Attempt.Result.FAILED, "failed: no connection"));
        assertThat(failed(unknown).error()).isEqualTo("failed: its host name was not found");
        assertThat(failed(new SocketTimeoutException("10.0.0.1")).error()).isEqualTo("failed: SocketTimeoutException");
    }
}
