package com.altcontext.api.metrics;

import com.altcontext.api.config.AppConfig;
import com.altcontext.api.http.Refusal;
import com.altcontext.api.http.RequestContext;
import com.altcontext.api.http.StreamedAnswer;
import com.altcontext.ingest.DatabaseExecutor;
import com.altcontext.ingest.DatabaseExecutors;
import com.altcontext.metrics.query.RawRowsGone;
import com.altcontext.metrics.summary.RollupsGone;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jboss.resteasy.reactive.RestResponse;

/** Answers requests for figures. Answers are cached for some seconds and contain the time when they were made. */
@Singleton
final class MetricsAnswers {
    /** The summary of a year has 40 KB; a breakdown with the longest paths has 2 MB. */
    private static final int MAX_CACHED_BYTES = 8 << 20;

    private final DatabaseExecutors executors;
    private final ObjectWriter json;
    private final Cache<Object, byte[]> answers;

    MetricsAnswers(AppConfig config, DatabaseExecutors executors, ObjectMapper json) {
        this.executors = executors;
        // Otherwise an emoji is written as two escapes of six bytes each.
        this.json = json.writer().with(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8);
        this.answers = cache(config.metrics());
    }

    /**
     * Limited by the number of answers and by their bytes. The weight of an answer is its bytes, but at least the
     * average that the maximum number of answers allows.
     */
    private static Cache<Object, byte[]> cache(AppConfig.Metrics config) {
        int entries = config.cacheMaxEntries();
        int minWeight = entries == 0 ? 1 : MAX_CACHED_BYTES / entries;
        return Caffeine.newBuilder()
                .maximumWeight((long) entries * minWeight)
                .<Object, byte[]>weigher((question, answer) -> Math.max(minWeight, answer.length))
                .expireAfterWrite(config.cacheTtl())
                .build();
    }

    /**
     * A request that was read and can be answered.
     *
     * @param key the cache key, which is equal for equal requests
     * @param raw whether raw rows are read, which can take seconds
     * @param work makes the body of the answer
     */
    record ReadQuestion(Object key, boolean raw, Supplier<Object> work) {}

    /** Answers as JSON, from the cache if possible. */
    CompletionStage<RestResponse<byte[]>> json(RequestContext request, ReadQuestion question) {
        byte[] known = answers.getIfPresent(question.key);
        if (known != null) {
            return CompletableFuture.completedStage(ok(known));
        }
        DatabaseExecutor executor = question.raw ? executors.queries() : executors.figures();
        return request.submit(executor, () -> answer(question)).thenApply(MetricsAnswers::ok);
    }

    /**
     * Answers with a file. Files are not cached.
     *
     * @param write writes the rows
     */
    CompletionStage<RestResponse<byte[]>> file(RequestContext request, Supplier<StreamedAnswer> write) {
        return request.submit(executors.queries(), write).thenApply(StreamedAnswer::lastPart);
    }

    private byte[] answer(ReadQuestion question) {
        byte[] known = answers.getIfPresent(question.key);
        if (known != null) {
            return known;
        }
        byte[] answer = write(question.work.get());
        answers.put(question.key, answer);
        return answer;
    }

    private static RestResponse<byte[]> ok(byte[] body) {
        return RestResponse.ResponseBuilder.ok(body)
                .header("Content-Type", MediaType.APPLICATION_JSON)
                .build();
    }

    private byte[] write(Object body) {
        try {
            return json.writeValueAsBytes(body);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a record of numbers and texts can always be written as JSON", impossible);
        }
    }

    /**
     * Runs work that needs the rows or rollups of a window.
     *
     * @param path the request field that decides where the window begins
     * @throws Refusal if the window begins before what is kept
     */
    static <T> T withinKept(String path, Supplier<T> work) {
        try {
            return work.get();
        } catch (RawRowsGone gone) {
            throw Refusal.tooFarBack(path, gone.firstDay(), "raw rows");
        } catch (RollupsGone gone) {
            throw Refusal.tooFarBack(path, gone.firstDay(), "figures");
        }
    }
}
