package dev.weir.orchestrator;

import static java.util.Map.entry;

import dev.weir.cluster.serialization.WireTypes;
import dev.weir.orchestrator.embedding.EmbedHost;
import dev.weir.orchestrator.response.Caller;
import dev.weir.orchestrator.response.OutputItem;
import dev.weir.orchestrator.response.Response;
import dev.weir.orchestrator.response.ResponseEvent;
import dev.weir.orchestrator.response.ResponseId;
import dev.weir.orchestrator.response.ResponseRequest;
import dev.weir.orchestrator.run.IdempotencyKey;
import dev.weir.orchestrator.run.Run;
import dev.weir.orchestrator.run.RunArchive;
import dev.weir.orchestrator.run.RunHost;
import java.util.Map;

/** What runs and responses send to other nodes. */
public final class OrchestratorWire implements WireTypes {

  @Override
  public Map<Integer, Class<?>> types() {
    return Map.ofEntries(
        entry(2000, ResponseId.class),
        entry(2001, Caller.class),
        entry(2002, ResponseRequest.class),
        entry(2003, ResponseRequest.Truncation.class),
        entry(2004, ResponseRequest.Reasoning.class),
        entry(2005, ResponseRequest.Extras.class),
        entry(2006, OutputItem.Said.class),
        entry(2007, OutputItem.Step.class),
        entry(2008, Response.class),
        entry(2009, Response.Status.class),
        entry(2010, Response.Summary.class),
        entry(2011, ResponseEvent.Created.class),
        entry(2012, ResponseEvent.InProgress.class),
        entry(2013, ResponseEvent.Resumed.class),
        entry(2014, ResponseEvent.ItemAdded.class),
        entry(2015, ResponseEvent.PartAdded.class),
        entry(2016, ResponseEvent.Grown.class),
        entry(2017, ResponseEvent.TextDone.class),
        entry(2018, ResponseEvent.PartDone.class),
        entry(2019, ResponseEvent.ItemDone.class),
        entry(2020, ResponseEvent.Ended.class),
        entry(2021, ResponseEvent.Kind.class),
        entry(2022, ResponseEvent.Place.class),
        entry(2023, ResponseEvent.Numbered.class),
        entry(2024, RunHost.Accept.class),
        entry(2025, RunHost.Reading.class),
        entry(2026, RunHost.Ask.class),
        entry(2027, RunHost.Retrieve.class),
        entry(2028, RunHost.Resume.class),
        entry(2029, RunHost.Cancel.class),
        entry(2030, RunHost.Identify.class),
        entry(2031, RunHost.Identity.class),
        entry(2032, RunHost.Found.class),
        entry(2033, RunHost.NotHere.class),
        entry(2034, RunHost.Denied.class),
        entry(2035, Run.Admitted.class),
        entry(2036, Run.Refused.class),
        entry(2037, RunArchive.Ended.class),
        entry(2038, RunHost.Delete.class),
        entry(2039, RunHost.Elsewhere.class),
        entry(2040, RunHost.InputItems.class),
        entry(2041, RunHost.Inputs.class),
        entry(2042, ResponseEvent.Queued.class),
        entry(2050, EmbedHost.Embed.class),
        entry(2051, EmbedHost.Embedded.class),
        entry(2052, EmbedHost.Refused.class),
        entry(2080, IdempotencyKey.class),
        entry(2081, RunHost.Join.class),
        entry(2082, Run.Earlier.class));
  }
}
