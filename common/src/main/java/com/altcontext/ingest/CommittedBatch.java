package com.altcontext.ingest;

import java.time.Duration;

/**
 * The measurements of one committed transaction of the writer.
 *
 * @param events the number of events in the batch, duplicates included
 * @param took from taking the batch from the queue to the database's confirmation of the commit
 */
public record CommittedBatch(int events, Duration took) {}
