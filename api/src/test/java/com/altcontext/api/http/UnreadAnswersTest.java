package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.ingest.MemoryBudget;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UnreadAnswersTest {
    private static final int THIRD = UnreadAnswers.MAX_BYTES / 3;

    private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(6);
    private final MemoryBudget memory = new MemoryBudget(2L * UnreadAnswers.MAX_BYTES);
    private final UnreadAnswers answers = new UnreadAnswers(memory, () -> now);
    private final EmbeddedChannel first = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    private final EmbeddedChannel second = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    private final EmbeddedChannel third = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    private final EmbeddedChannel another = new EmbeddedChannel(new ChannelInboundHandlerAdapter());

    private void fill() {
        assertThat(answers.add(first, THIRD)).isTrue();
        assertThat(answers.add(second, THIRD)).isTrue();
        assertThat(answers.add(third, THIRD)).isTrue();
    }

    private void pass(long seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }

    @Test
    void an_answer_without_room_is_refused_while_all_clients_read() {
        fill();

        assertThat(answers.add(another, THIRD)).isFalse();
        answers.remove(second);
        assertThat(answers.add(another, THIRD)).isTrue();
        assertThat(first.isOpen() && second.isOpen() && third.isOpen()).isTrue();
    }

    @Test
    void a_client_that_reads_nothing_for_five_seconds_makes_room() {
        fill();
        pass(4);
        for (EmbeddedChannel reading : new EmbeddedChannel[] {first, third}) {
            answers.took(reading, UnreadAnswers.MIN_BYTES_PER_SECOND * 10);
        }
        assertThat(answers.add(another, THIRD)).isFalse();
        pass(1);

        assertThat(answers.add(another, THIRD)).isTrue();
        assertThat(second.isOpen()).isFalse();
        assertThat(first.isOpen() && third.isOpen()).isTrue();
        assertThat(answers.add(new EmbeddedChannel(), 1)).isFalse();
    }

    @Test
    void a_client_that_reads_a_little_now_and_then_is_slow() {
        fill();
        for (int second = 0; second < 10; second++) {
            pass(1);
            answers.took(first, UnreadAnswers.MIN_BYTES_PER_SECOND);
            answers.took(this.second, UnreadAnswers.MIN_BYTES_PER_SECOND / 2);
            answers.took(third, UnreadAnswers.MIN_BYTES_PER_SECOND * 2);
        }

        assertThat(answers.add(another, THIRD)).isTrue();
        assertThat(second.isOpen()).isFalse();
        assertThat(first.isOpen() && third.isOpen()).isTrue();
    }

    @Test
    void a_fast_client_may_pause_no_longer_than_others() {
        assertThat(answers.add(first, THIRD)).isTrue();
        answers.took(first, UnreadAnswers.MIN_BYTES_PER_SECOND * 60);
        pass(5);

        assertThat(answers.add(second, UnreadAnswers.MAX_BYTES)).isTrue();
        assertThat(first.isOpen()).isFalse();
    }

    @Test
    void answers_are_part_of_the_budget_of_all_waiting_work() {
        fill();
        assertThat(memory.held()).isEqualTo(3 * THIRD);
        answers.remove(first);
        assertThat(memory.take(2L * UnreadAnswers.MAX_BYTES - 2 * THIRD)).isTrue();

        assertThat(answers.add(first, THIRD)).isFalse();
        answers.remove(second);
        answers.remove(second);
        assertThat(answers.add(first, THIRD)).isTrue();
    }

    @Test
    void one_answer_may_be_longer_than_the_limit() {
        assertThat(answers.add(first, UnreadAnswers.MAX_BYTES + 1)).isTrue();
        assertThat(answers.add(second, 1)).isFalse();
    }
}
