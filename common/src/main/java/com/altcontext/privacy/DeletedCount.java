package com.altcontext.privacy;

import com.altcontext.db.Pipeline;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The number of rows that statements of a pipeline delete. */
record DeletedCount(List<Pipeline.Pending<Long>> answers) {
    /** Adds a statement that deletes rows; {@code from} is what follows {@code DELETE FROM}. */
    static DeletedCount add(Pipeline pipeline, String from, Object... parameters) {
        return new DeletedCount(List.of(delete(pipeline, from, parameters)));
    }

    /** Adds such a statement for each bucket. Its parameters are the visitors in the bucket, and the bucket. */
    static DeletedCount addByBucket(Pipeline pipeline, String from, Map<Short, UUID[]> visitors) {
        return new DeletedCount(visitors.entrySet().stream()
                .map(ofBucket -> delete(pipeline, from, ofBucket.getValue(), ofBucket.getKey()))
                .toList());
    }

    private static Pipeline.Pending<Long> delete(Pipeline pipeline, String from, Object... parameters) {
        return pipeline.query(
                "WITH gone AS (DELETE FROM " + from + " RETURNING 1) SELECT count(*) FROM gone",
                row -> row.number(1),
                parameters);
    }

    /** The number of rows, known once the pipeline is sent. */
    long count() {
        return answers.stream().mapToLong(answer -> answer.row()).sum();
    }
}
